#include "fakes/nvml/library_state.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace gpuscaler::fakes {
namespace {

struct Process {
  std::mutex mutex;                      // over init and shutdown
  std::atomic<uint32_t> initialized{0};  // inits minus shutdowns
  std::atomic<uint32_t> session{0};      // counts inits from zero; part of each handle
  std::atomic<uint32_t> driver_generation{0};
  std::array<std::atomic<uint32_t>, kMaxFakeGpus> losses{};  // of each GPU, at init
};

Process g_process;
alignas(NvmlControl) std::byte g_default_control[sizeof(NvmlControl)];
NvmlControl* g_control = nullptr;

[[noreturn]] void Die(const char* what, const char* path) {
  std::fprintf(stderr, "fake NVML: FAKE_NVML_CONTROL=%s: %s\n", path, what);
  std::abort();
}

__attribute__((constructor)) void Load() {
  const char* path = std::getenv("FAKE_NVML_CONTROL");
  if (path == nullptr) {
    g_control = reinterpret_cast<NvmlControl*>(g_default_control);
    SetDefaults(*g_control, 2);
  } else {
    const int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) Die("cannot open it", path);
    struct stat info = {};
    if (fstat(file, &info) != 0 || info.st_size != static_cast<off_t>(sizeof(NvmlControl))) {
      Die("it has another size than this library's control block", path);
    }
    void* mapped = mmap(nullptr, sizeof(NvmlControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) Die("cannot map it", path);
    g_control = static_cast<NvmlControl*>(mapped);
    if (g_control->magic != NvmlControl::kMagic) Die("it is no control block", path);
  }
  ++g_control->library_loads;
}

__attribute__((destructor)) void Unload() {
  ++g_control->library_unloads;
  if (g_process.initialized > 0) CountMisuse(NvmlMisuse::kUnloadedWhileInitialized);
  if (static_cast<void*>(g_control) != g_default_control) munmap(g_control, sizeof(NvmlControl));
}

void SleepFor(uint32_t microseconds) {
  timespec left = {static_cast<time_t>(microseconds / 1000000),
                   static_cast<long>(microseconds % 1000000) * 1000};
  while (nanosleep(&left, &left) != 0) {
  }
}

void HangWhileSet(FunctionControl& function) {
  if (function.hang == 0) return;
  ++function.blocked;
  while (function.hang != 0) SleepFor(1000);
  --function.blocked;
}

// Whether the driver that this process initialized with is still there.
Return DriverResult() {
  if (const Return gone = g_control->driver; gone != Return::kSuccess) return gone;
  return g_process.driver_generation == g_control->driver_generation ? Return::kSuccess
                                                                     : Return::kDriverNotLoaded;
}

Return Begin(NvmlFunction function) {
  FunctionControl& at = g_control->functions[static_cast<size_t>(function)];
  ++at.calls;
  HangWhileSet(at);
  return at.result;
}

bool IsLost(uint32_t index) {
  const GpuControl& gpu = g_control->gpus[index];
  return index >= g_control->gpu_count || gpu.lost != 0 || gpu.losses != g_process.losses[index];
}

}  // namespace

NvmlControl& Control() {
  return *g_control;
}

void CountMisuse(NvmlMisuse misuse) {
  ++g_control->misuse[static_cast<size_t>(misuse)];
}

Return Enter(NvmlFunction function) {
  const Return result = Begin(function);
  if (g_process.initialized == 0) {
    CountMisuse(NvmlMisuse::kCallBeforeInit);
    return Return::kUninitialized;
  }
  const Return driver = DriverResult();
  return driver != Return::kSuccess ? driver : result;
}

Return EnterDevice(NvmlFunction function, DeviceHandle handle, GpuControl** gpu) {
  const Return entered = Enter(function);
  const auto bits = reinterpret_cast<uintptr_t>(handle);
  const auto index = static_cast<uint32_t>(bits & 0xFF) - 1;
  if (index >= kMaxFakeGpus || bits >> 8 != g_process.session) {
    // After somebody else's shutdown every handle is stale through no fault of the caller.
    if (entered == Return::kUninitialized) return entered;
    CountMisuse(NvmlMisuse::kStaleHandle);
    return Return::kInvalidArgument;
  }
  GpuControl& at = g_control->gpus[index];
  ++at.calls[static_cast<size_t>(function)];
  if (entered != Return::kSuccess) return entered;
  if (IsLost(index)) return Return::kGpuIsLost;
  *gpu = &at;
  return at.results[static_cast<size_t>(function)];
}

Return Initialize() {
  Return result = Begin(NvmlFunction::kInit);
  if (const Return gone = g_control->driver; gone != Return::kSuccess) result = gone;
  if (result != Return::kSuccess) return result;
  std::lock_guard lock(g_process.mutex);
  if (g_process.initialized++ > 0) return Return::kSuccess;
  ++g_process.session;
  g_process.driver_generation = g_control->driver_generation.load();
  for (size_t i = 0; i < kMaxFakeGpus; ++i) {
    g_process.losses[i] = g_control->gpus[i].losses.load();
  }
  return Return::kSuccess;
}

Return Shutdown() {
  const Return result = Begin(NvmlFunction::kShutdown);
  std::lock_guard lock(g_process.mutex);
  if (g_process.initialized == 0) return Return::kUninitialized;
  --g_process.initialized;
  return result;
}

Return HandleByIndex(uint32_t index, DeviceHandle* handle) {
  const Return entered = Enter(NvmlFunction::kHandleByIndex);
  if (index >= kMaxFakeGpus || index >= g_control->gpu_count) return Return::kInvalidArgument;
  GpuControl& gpu = g_control->gpus[index];
  ++gpu.calls[static_cast<size_t>(NvmlFunction::kHandleByIndex)];
  if (entered != Return::kSuccess) return entered;
  if (IsLost(index)) return Return::kGpuIsLost;
  *handle = reinterpret_cast<DeviceHandle>(uintptr_t{g_process.session} << 8 | (index + 1));
  return gpu.results[static_cast<size_t>(NvmlFunction::kHandleByIndex)];
}

void Scribble(void* out, size_t size) {
  if (out != nullptr) std::memset(out, 0xA5, size);
}

void BlockForPcieWindow() {
  if (const uint32_t window = g_control->pcie_window_us; window > 0) SleepFor(window);
}

uint64_t ValueNow(const GrowingCounter& counter) {
  for (int tries = 0; tries < 1000000; ++tries) {
    const uint32_t sequence = counter.sequence;
    const uint64_t bytes = counter.bytes;
    const uint64_t rate = counter.bytes_per_second;
    const int64_t since = counter.since_ns;
    if (sequence % 2 != 0 || counter.sequence != sequence) continue;
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t now_ns = int64_t{now.tv_sec} * 1000000000 + now.tv_nsec;
    const double seconds = static_cast<double>(now_ns - since) / 1e9;
    return bytes + static_cast<uint64_t>(seconds * static_cast<double>(rate));
  }
  std::abort();  // a writer died between its two steps
}

}  // namespace gpuscaler::fakes
