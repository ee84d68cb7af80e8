// The shape of most of the fake's functions.
#pragma once

#include "fakes/nvml/library_state.h"

namespace gpuscaler::fakes {

// A call about a device that fills one struct or number: `fill(gpu, out)` only
// when it succeeds, garbage otherwise.
template <class Out, class Fill>
Return Get(NvmlFunction function, DeviceHandle handle, Out* out, Fill fill) {
  GpuControl* gpu = nullptr;
  const Return result = EnterDevice(function, handle, &gpu);
  if (out == nullptr) {
    CountMisuse(NvmlMisuse::kNullPointer);
    return Return::kInvalidArgument;
  }
  Scribble(out, sizeof(Out));
  if (result == Return::kSuccess) fill(*gpu, *out);
  return result;
}

}  // namespace gpuscaler::fakes
