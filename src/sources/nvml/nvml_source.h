// The GPUs of this node, through NVIDIA's driver library.
//
// It is made whether or not there is a driver: Read says what is wrong until
// there is one, tries again for ever, and goes on when the driver comes back.
// A GPU that is lost drops out alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "sources/nvml/access_watch.h"
#include "sources/nvml/nvml_sessions.h"
#include "sources/source.h"

namespace gpuscaler::sources {

class NvmlSource : public Source {
 public:
  struct Options {
    std::string library_path = nvml::NvmlLibrary::kDefaultPath;
    // A driver that returns is seen within the longest pause, well before the
    // readings are stale.
    nvml::NvmlSessions::Options sessions = {.first_pause = std::chrono::milliseconds(250),
                                            .longest_pause = std::chrono::seconds(5),
                                            .patience = std::chrono::seconds(2)};
    // A lost GPU that was reset is seen only by a new session. Opening one
    // costs the other GPUs a moment and the node half a second of CPU: hence
    // seldom, and after each attempt in vain half as often.
    base::Duration lost_gpu_retry = std::chrono::minutes(1);
    base::Duration longest_lost_gpu_retry = std::chrono::minutes(15);
  };

  NvmlSource() : NvmlSource(Options{}) {}
  explicit NvmlSource(Options options);

  absl::StatusOr<std::vector<GpuSample>> Read(catalog::Lane lane) override;
  std::string_view name() const override { return "nvml"; }
  absl::Status fatal() const override;

 private:
  absl::StatusOr<std::unique_ptr<nvml::NvmlSession>> Open();
  // OK: the samples can be used. Retires the session where it is of no use.
  absl::Status Judge(catalog::Lane lane, const nvml::LaneRead& read,
                     nvml::NvmlSessions::Lease& lease);
  bool SeeUnknownRead() ABSL_LOCKS_EXCLUDED(mutex_);
  void SeeValues() ABSL_LOCKS_EXCLUDED(mutex_);
  void RetryLostGpus(const nvml::LaneRead& read, nvml::NvmlSessions::Lease& lease);

  const Options options_;
  nvml::Identities known_;         // Open's, which runs once at a time
  base::Duration lost_gpu_retry_;  // the fast lane's
  mutable base::Mutex mutex_;
  nvml::AccessWatch access_ ABSL_GUARDED_BY(mutex_);
  nvml::NvmlSessions sessions_;  // last: it calls Open
};

}  // namespace gpuscaler::sources
