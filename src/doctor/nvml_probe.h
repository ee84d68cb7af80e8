// Asks NVIDIA's driver once, on a thread of its own that nobody waits for longer than they
// want to: a call that hangs in the driver cannot be ended.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "base/time.h"
#include "doctor/subject.h"
#include "sources/nvml/nvml_library.h"
#include "sources/source.h"

namespace gpuscaler::doctor {

// A function of the driver that this one lacks, and what is therefore not there.
struct MissingFunction {
  std::string name;
  std::string without;
};

struct NvmlFacts {
  absl::Status library;  // whether it loads
  std::string path;      // of the file that was loaded
  std::vector<MissingFunction> missing;
  absl::Status init;
  std::string driver_version;
  uint32_t gpu_count = 0;
  // By index; empty where the driver does not tell.
  std::vector<std::optional<bool>> mig;
  std::vector<std::optional<bool>> persistence;
  absl::Status session;                     // whether the GPUs could be read
  std::vector<sources::GpuSample> samples;  // of all lanes, merged
};

// How far it has come; each stage holds the facts of those before.
enum class NvmlStage : uint8_t { kNothing, kLibrary, kInit, kModes, kRead };

class NvmlProbe {
 public:
  // Begins at once, where there is hardware to be read.
  static std::shared_ptr<NvmlProbe> Start(const Subject& subject);

  // The facts once `stage` is reached, also where the probe ended before it, for a
  // failure. Empty: not by the deadline.
  std::optional<NvmlFacts> Await(NvmlStage stage, base::SteadyTime deadline) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The call that is under way, for who waited in vain.
  std::string calling() const ABSL_LOCKS_EXCLUDED(mutex_);
  bool hangs() const ABSL_LOCKS_EXCLUDED(mutex_);  // it has not ended

 private:
  void Run(const std::string& library_path) ABSL_LOCKS_EXCLUDED(mutex_);
  void Look(const sources::nvml::NvmlLibrary& library, const std::string& library_path);
  void AskModes(const sources::nvml::NvmlLibrary& library, const std::string& library_path,
                uint32_t count);
  void Read(const std::string& library_path);
  void Calling(std::string call) ABSL_LOCKS_EXCLUDED(mutex_);
  void Reach(NvmlStage stage, NvmlFacts facts) ABSL_LOCKS_EXCLUDED(mutex_);

  NvmlFacts found_;  // the probe's thread's own
  mutable base::Mutex mutex_;
  mutable base::CondVar reached_;
  NvmlFacts facts_ ABSL_GUARDED_BY(mutex_);
  NvmlStage stage_ ABSL_GUARDED_BY(mutex_) = NvmlStage::kNothing;
  std::string calling_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace gpuscaler::doctor
