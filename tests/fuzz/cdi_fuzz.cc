// Feeds the reader of CDI specs any text.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "workloads/cdi_spec.h"

namespace {

using namespace gpuscaler::workloads;  // NOLINT: a fuzzer is one file

void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}
#define CHECK_HOLDS(condition) Check(condition, #condition)

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto devices = ReadCdiSpec(std::string(reinterpret_cast<const char*>(data), size));
  if (!devices.ok()) {
    CHECK_HOLDS(devices.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_HOLDS(!devices.status().message().empty());
    return 0;
  }
  CHECK_HOLDS(!devices->empty() && devices->size() <= kMostCdiDevices);
  for (const auto& [name, device] : *devices) {
    const size_t slash = name.find('/');
    const size_t equals = name.find('=');
    CHECK_HOLDS(slash != 0 && slash + 1 < equals && equals + 1 < name.size());
    CHECK_HOLDS(device.gpus.size() <= kMostCdiGpus);
    CHECK_HOLDS(device.gpus.empty() || !device.is_mig);
    for (const GpuName& gpu : device.gpus) {
      CHECK_HOLDS(gpu.uuid.empty() ? gpu.minor.has_value() : gpu.uuid.starts_with("GPU-"));
    }
  }
  return 0;
}
