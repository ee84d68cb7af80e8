// Drives the fake NVML library: GPUs whose values, errors, hangs and losses a
// test sets while the code under test reads them through the real interface.
//
//   FakeNvml nvml(8);                                 // 8 GPUs, plausible constant values
//   nvml.gpu(3).SetUtilization(95, 60);
//   nvml.gpu(5).Lose();
//   nvml.RemoveDriver();  nvml.LoadDriver();          // gone, and back
//   nvml.Hang(NvmlFunction::kPcieThroughput);         // until Release or the destructor
//   EXPECT_EQ(nvml.Calls(NvmlFunction::kInit), 1);
//   EXPECT_EQ(nvml.MisuseText(), "");
//
// For the real binary in a child process, add ChildEnvironment() to its
// environment: it then finds the fake by its own dlopen("libnvidia-ml.so.1").
// In this process, call SetEnvironment() before the library is loaded and load
// LibraryPath(). Every setter takes effect with the next call into the library,
// in whatever process. Thread-safe, but for SetEnvironment.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "fakes/nvml/control.h"
#include "fakes/temporary_folder.h"

namespace gpuscaler::fakes {

class FakeGpu {
 public:
  explicit FakeGpu(GpuControl& control) : control_(control) {}

  void SetUtilization(uint32_t gpu_percent, uint32_t memory_percent);
  // total = reserved + used + free; the old call reports used + reserved as used.
  void SetMemory(uint64_t total_bytes, uint64_t reserved_bytes, uint64_t used_bytes);
  void SetMemoryUsed(uint64_t used_bytes);
  void SetTemperature(int32_t celsius);
  void SetPower(uint32_t milliwatts);
  void SetMig(bool on);          // off
  void SetPersistence(bool on);  // on
  void SetPcie(uint32_t tx_kbps, uint32_t rx_kbps);

  // Which fields it has, and over how many links. The default: kTotals, 18.
  void SetNvlink(Nvlink kind, uint32_t links);
  // Cumulative bytes, which then stay where they are.
  void SetNvlinkBytes(uint64_t tx_bytes, uint64_t rx_bytes);
  // From now on the counters grow at these rates, from where they are.
  void SetNvlinkRates(uint64_t tx_bytes_per_second, uint64_t rx_bytes_per_second);
  void SetNvlinkType(sources::nvml::ValueType type);
  // The links in this mask say NOT_SUPPORTED.
  void SetNvlinkDown(uint64_t mask);
  // What each NVLink field says while the call succeeds; kSuccess: its value.
  void FailNvlinkFields(Return result);

  // What `function` returns for this GPU; kSuccess: it works.
  void Fail(NvmlFunction function, Return result);

  // Every call about it says GPU_IS_LOST. After Recover a new init sees it again.
  void Lose();
  void Recover();

  void SetUuidNumber(uint32_t number);
  std::string uuid() const;
  // Calls of `function` about this GPU.
  uint64_t Calls(NvmlFunction function) const;

 private:
  GpuControl& control_;
};

class FakeNvml {
 public:
  explicit FakeNvml(uint32_t gpus = 2);
  // Releases every hang, undoes SetEnvironment, removes the control file.
  ~FakeNvml();
  FakeNvml(const FakeNvml&) = delete;
  FakeNvml& operator=(const FakeNvml&) = delete;

  static std::string LibraryPath();    // .../libnvidia-ml.so.1
  static std::string LibraryFolder();  // for LD_LIBRARY_PATH
  // A driver without MemoryInfo_v2, TemperatureV and FieldValues.
  static std::string OldLibraryPath();
  static std::string OldLibraryFolder();

  // {"LD_LIBRARY_PATH", LibraryFolder()} and {"FAKE_NVML_CONTROL", the file}.
  std::vector<std::pair<std::string, std::string>> ChildEnvironment() const;
  void SetEnvironment();

  FakeGpu gpu(uint32_t index);
  void SetGpuCount(uint32_t gpus);  // at most kMaxFakeGpus

  // What `function` returns whatever it is asked; kSuccess: it works. With
  // kFunctionNotFound it is as good as a missing symbol.
  void Fail(NvmlFunction function, Return result);

  // Everything, init too, returns `result`; what was initialized stays dead.
  void RemoveDriver(Return result = Return::kDriverNotLoaded);
  void LoadDriver();

  void Hang(NvmlFunction function);
  void Release(NvmlFunction function);
  // Calls that hang in it now.
  uint32_t Blocked(NvmlFunction function) const;

  // How long one PCIe reading blocks: 0 unless set; 20 ms in the real library.
  void SetPcieWindow(std::chrono::microseconds window);

  uint64_t Calls(NvmlFunction function) const;
  uint64_t AllCalls() const;
  uint64_t Misuse(NvmlMisuse misuse) const;
  std::string MisuseText() const;  // "2 x stale handle"; empty: none
  uint32_t Loads() const;
  uint32_t Unloads() const;

 private:
  const TemporaryFolder folder_;
  const std::string file_;
  NvmlControl* control_;  // mapped
  bool environment_set_ = false;
};

}  // namespace gpuscaler::fakes
