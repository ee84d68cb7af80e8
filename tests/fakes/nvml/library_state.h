// The fake library's state: the control block, and what one process has done
// with the library.
#pragma once

#include "fakes/nvml/control.h"

namespace gpuscaler::fakes {

using sources::nvml::DeviceHandle;

NvmlControl& Control();
void CountMisuse(NvmlMisuse misuse);

// Begins a call of `function`: counts it, hangs for as long as a hang is set,
// and says what it must return instead of doing its work.
Return Enter(NvmlFunction function);

// The same for a call about a device; `*gpu` is set with kSuccess.
Return EnterDevice(NvmlFunction function, DeviceHandle handle, GpuControl** gpu);

Return Initialize();
Return Shutdown();
Return HandleByIndex(uint32_t index, DeviceHandle* handle);

// What a failed call leaves behind: never what was there, never a zero.
void Scribble(void* out, size_t size);

// Blocks as nvmlDeviceGetPcieThroughput does: 20 ms in the real library.
void BlockForPcieWindow();

// Its value now, in bytes.
uint64_t ValueNow(const GrowingCounter& counter);

}  // namespace gpuscaler::fakes
