// Puts what the nodes report into the store, many nodes at a time: a view lists
// every node, so the more there are the more a view costs.
//
// A thread of its own. Add and Forget from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "base/time.h"
#include "telemetry/store.h"

namespace gpuscaler::fleet {

// The least time between two views of a fleet of so many nodes.
base::Duration PublishGap(size_t nodes);

class Publisher {
 public:
  // `store` must outlive it.
  explicit Publisher(telemetry::Store& store);

  // The newest of its node. `urgent`: somebody waits for what changed (Batch::calm).
  void Add(std::shared_ptr<const telemetry::Snapshot> snapshot, bool urgent)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // UNAVAILABLE: something waits to be published for very long.
  absl::Status Runs(base::SteadyTime now) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The node leaves the view.
  void Forget(std::string node) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run(const std::stop_token& stop);
  // Something is to be published; true: until now nothing was.
  bool Waits() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  base::SteadyTime DueAt() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  telemetry::Store& store_;
  mutable base::Mutex mutex_;
  base::CondVar wake_;
  std::unordered_map<std::string, std::shared_ptr<const telemetry::Snapshot>> changed_
      ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> gone_ ABSL_GUARDED_BY(mutex_);
  bool urgent_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<base::SteadyTime> waiting_since_ ABSL_GUARDED_BY(mutex_);
  size_t nodes_ ABSL_GUARDED_BY(mutex_) = 0;  // of the newest view
  base::SteadyTime published_at_ ABSL_GUARDED_BY(mutex_) = {};
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace gpuscaler::fleet
