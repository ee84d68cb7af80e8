#include "fakes/nvml/fake_nvml.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>

namespace gpuscaler::fakes {
namespace {

constexpr const char* kControlVariable = "FAKE_NVML_CONTROL";

constexpr std::array<const char*, kNvmlMisuseCount> kMisuseNames = {
    "call before init", "stale handle",       "wrong struct version",
    "null pointer",     "unversioned symbol", "unloaded while initialized"};

int64_t MonotonicNow() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

uint64_t ValueAt(const GrowingCounter& counter, int64_t now_ns) {
  const double seconds = static_cast<double>(now_ns - counter.since_ns) / 1e9;
  return counter.bytes +
         static_cast<uint64_t>(seconds * static_cast<double>(counter.bytes_per_second));
}

void Write(GrowingCounter& counter, uint64_t bytes, uint64_t bytes_per_second, int64_t now_ns) {
  ++counter.sequence;
  counter.bytes = bytes;
  counter.bytes_per_second = bytes_per_second;
  counter.since_ns = now_ns;
  ++counter.sequence;
}

[[noreturn]] void Die(const std::string& what) {
  std::perror(what.c_str());
  std::abort();
}

}  // namespace

void FakeGpu::SetUtilization(uint32_t gpu_percent, uint32_t memory_percent) {
  control_.gpu_percent = gpu_percent;
  control_.memory_percent = memory_percent;
}

void FakeGpu::SetMemory(uint64_t total_bytes, uint64_t reserved_bytes, uint64_t used_bytes) {
  control_.memory_total_bytes = total_bytes;
  control_.memory_reserved_bytes = reserved_bytes;
  control_.memory_used_bytes = used_bytes;
}

void FakeGpu::SetMemoryUsed(uint64_t used_bytes) {
  control_.memory_used_bytes = used_bytes;
}

void FakeGpu::SetTemperature(int32_t celsius) {
  control_.temperature_celsius = celsius;
}

void FakeGpu::SetPower(uint32_t milliwatts) {
  control_.power_milliwatts = milliwatts;
}

void FakeGpu::SetPcie(uint32_t tx_kbps, uint32_t rx_kbps) {
  control_.pcie_tx_kbps = tx_kbps;
  control_.pcie_rx_kbps = rx_kbps;
}

void FakeGpu::SetNvlink(Nvlink kind, uint32_t links) {
  control_.nvlink = kind;
  control_.nvlink_links = links;
}

void FakeGpu::SetNvlinkBytes(uint64_t tx_bytes, uint64_t rx_bytes) {
  Write(control_.nvlink_tx, tx_bytes, 0, MonotonicNow());
  Write(control_.nvlink_rx, rx_bytes, 0, MonotonicNow());
}

void FakeGpu::SetNvlinkRates(uint64_t tx_bytes_per_second, uint64_t rx_bytes_per_second) {
  const int64_t now = MonotonicNow();
  Write(control_.nvlink_tx, ValueAt(control_.nvlink_tx, now), tx_bytes_per_second, now);
  Write(control_.nvlink_rx, ValueAt(control_.nvlink_rx, now), rx_bytes_per_second, now);
}

void FakeGpu::SetNvlinkType(sources::nvml::ValueType type) {
  control_.nvlink_type = type;
}

void FakeGpu::SetMig(bool on) {
  control_.mig = on ? 1 : 0;
}

void FakeGpu::SetPersistence(bool on) {
  control_.persistence = on ? 1 : 0;
}

void FakeGpu::SetNvlinkDown(uint64_t mask) {
  control_.nvlink_down = mask;
}

void FakeGpu::FailNvlinkFields(Return result) {
  control_.nvlink_result = result;
}

void FakeGpu::Fail(NvmlFunction function, Return result) {
  control_.results[static_cast<size_t>(function)] = result;
}

void FakeGpu::Lose() {
  ++control_.losses;
  control_.lost = 1;
}

void FakeGpu::Recover() {
  control_.lost = 0;
}

void FakeGpu::SetUuidNumber(uint32_t number) {
  control_.uuid_number = number;
}

std::string FakeGpu::uuid() const {
  char text[64];
  std::snprintf(text, sizeof(text), "GPU-%08x-fa4e-4e76-8d1c-000000000000",
                control_.uuid_number.load());
  return text;
}

uint64_t FakeGpu::Calls(NvmlFunction function) const {
  return control_.calls[static_cast<size_t>(function)];
}

FakeNvml::FakeNvml(uint32_t gpus) : file_(folder_.PathOf("control")) {
  const int file = open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, sizeof(NvmlControl)) != 0) Die(file_);
  void* mapped = mmap(nullptr, sizeof(NvmlControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) Die(file_);
  control_ = new (mapped) NvmlControl();
  SetDefaults(*control_, gpus);
}

FakeNvml::~FakeNvml() {
  for (FunctionControl& function : control_->functions) function.hang = 0;
  if (environment_set_) unsetenv(kControlVariable);
  munmap(control_, sizeof(NvmlControl));
}

std::string FakeNvml::LibraryPath() {
  return FAKE_NVML_LIBRARY;
}

std::string FakeNvml::LibraryFolder() {
  return std::filesystem::path(LibraryPath()).parent_path();
}

std::string FakeNvml::OldLibraryPath() {
  return FAKE_NVML_OLD_LIBRARY;
}

std::string FakeNvml::OldLibraryFolder() {
  return std::filesystem::path(OldLibraryPath()).parent_path();
}

std::vector<std::pair<std::string, std::string>> FakeNvml::ChildEnvironment() const {
  return {{"LD_LIBRARY_PATH", LibraryFolder()}, {kControlVariable, file_}};
}

void FakeNvml::SetEnvironment() {
  environment_set_ = true;
  setenv(kControlVariable, file_.c_str(), 1);
}

FakeGpu FakeNvml::gpu(uint32_t index) {
  return FakeGpu(control_->gpus.at(index));
}

void FakeNvml::SetGpuCount(uint32_t gpus) {
  control_->gpu_count = gpus;
}

void FakeNvml::Fail(NvmlFunction function, Return result) {
  control_->functions[static_cast<size_t>(function)].result = result;
}

void FakeNvml::RemoveDriver(Return result) {
  control_->driver = result;
}

void FakeNvml::LoadDriver() {
  ++control_->driver_generation;
  control_->driver = Return::kSuccess;
}

void FakeNvml::Hang(NvmlFunction function) {
  control_->functions[static_cast<size_t>(function)].hang = 1;
}

void FakeNvml::Release(NvmlFunction function) {
  control_->functions[static_cast<size_t>(function)].hang = 0;
}

uint32_t FakeNvml::Blocked(NvmlFunction function) const {
  return control_->functions[static_cast<size_t>(function)].blocked;
}

void FakeNvml::SetPcieWindow(std::chrono::microseconds window) {
  control_->pcie_window_us = static_cast<uint32_t>(window.count());
}

uint64_t FakeNvml::Calls(NvmlFunction function) const {
  return control_->functions[static_cast<size_t>(function)].calls;
}

uint64_t FakeNvml::AllCalls() const {
  uint64_t calls = 0;
  for (const FunctionControl& function : control_->functions) calls += function.calls;
  return calls;
}

uint64_t FakeNvml::Misuse(NvmlMisuse misuse) const {
  return control_->misuse[static_cast<size_t>(misuse)];
}

std::string FakeNvml::MisuseText() const {
  std::string text;
  for (size_t i = 0; i < kNvmlMisuseCount; ++i) {
    const uint64_t count = control_->misuse[i];
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " x " + kMisuseNames[i];
  }
  return text;
}

uint32_t FakeNvml::Loads() const {
  return control_->library_loads;
}

uint32_t FakeNvml::Unloads() const {
  return control_->library_unloads;
}

}  // namespace gpuscaler::fakes
