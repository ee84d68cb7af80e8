// Asks one gateway for a busy workload's value all the time, and keeps a
// StreamIsActive open: the test fails for an answer that is not allowed just then,
// for "inactive", and for a stream that breaks.
//
// Two threads of its own; the rest from any.
#pragma once

#include <map>
#include <set>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/time.h"
#include "e2e/keda.h"

namespace gpuscaler::e2e {

class GatewayWatch {
 public:
  struct Allowed {
    std::set<double> values;
    bool unavailable = false;  // UNAVAILABLE, and a stream that breaks
  };

  // Begins.
  GatewayWatch(uint16_t port, const std::string& host, Metadata metadata, Allowed allowed);
  ~GatewayWatch();

  // From now on.
  void Allow(Allowed allowed) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits for an answer to what was asked after `since`. When it came.
  base::SteadyTime AwaitValue(double value, base::SteadyTime since);
  base::SteadyTime AwaitUnavailable(base::SteadyTime since);

  // Between two values, while UNAVAILABLE was not allowed.
  base::Duration longest_gap() const ABSL_LOCKS_EXCLUDED(mutex_);
  // How often each value was answered.
  std::map<double, size_t> answers() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Answer {
    base::SteadyTime asked_at;
    base::SteadyTime came_at;
    absl::StatusOr<double> value = absl::UnknownError("not asked yet");
  };

  void Ask(const std::stop_token& stop);
  void Judge(Answer answer, const Allowed& when_asked) ABSL_LOCKS_EXCLUDED(mutex_);
  void Listen(const std::stop_token& stop);
  Allowed allowed() const ABSL_LOCKS_EXCLUDED(mutex_);
  Answer latest() const ABSL_LOCKS_EXCLUDED(mutex_);
  void Complain(const std::string& about) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string name_;
  const Metadata metadata_;
  Keda keda_;
  mutable base::Mutex mutex_;
  Allowed allowed_ ABSL_GUARDED_BY(mutex_);
  Answer latest_ ABSL_GUARDED_BY(mutex_);
  base::SteadyTime served_at_ ABSL_GUARDED_BY(mutex_) = {};  // lately; gaps count from it
  base::Duration longest_gap_ ABSL_GUARDED_BY(mutex_) = {};
  std::map<double, size_t> answers_ ABSL_GUARDED_BY(mutex_);
  size_t complaints_ ABSL_GUARDED_BY(mutex_) = 0;
  ActiveStream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;  // not owned; the open one
  std::jthread ask_thread_;                                 // last: they use everything above
  std::jthread listen_thread_;
};

}  // namespace gpuscaler::e2e
