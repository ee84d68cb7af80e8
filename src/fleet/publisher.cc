#include "fleet/publisher.h"

#include <algorithm>
#include <utility>

#include "base/periodic_thread.h"
#include "base/strings.h"

namespace gpuscaler::fleet {
namespace {

// A view costs some 50 ns a node, and a few microseconds for each that changed. What is
// put off is not saved but done at one go, and a call that comes meanwhile waits: with
// 5,000 nodes a tenth of a second's changes took 3 ms of a core.
constexpr base::Duration kGapPerNode = std::chrono::microseconds(1);
constexpr base::Duration kShortestGap = std::chrono::milliseconds(5);
constexpr base::Duration kLongestGap = std::chrono::milliseconds(100);

}  // namespace

base::Duration PublishGap(size_t nodes) {
  return std::clamp<base::Duration>(kGapPerNode * static_cast<int64_t>(nodes), kShortestGap,
                                    kLongestGap);
}

Publisher::Publisher(telemetry::Store& store)
    : store_(store), thread_([this](const std::stop_token& stop) {
        base::SetThreadName("publish");
        Run(stop);
      }) {}

void Publisher::Add(std::shared_ptr<const telemetry::Snapshot> snapshot, bool urgent) {
  base::MutexLock lock(mutex_);
  const std::string& node = snapshot->node;
  urgent_ = urgent_ || urgent;
  changed_.insert_or_assign(node, std::move(snapshot));
  if (Waits()) wake_.NotifyAll();
}

absl::Status Publisher::Runs(base::SteadyTime now) const {
  constexpr base::Duration kLongest = std::chrono::seconds(30);
  base::MutexLock lock(mutex_);
  if (!waiting_since_ || now - *waiting_since_ <= kLongest) return absl::OkStatus();
  return absl::UnavailableError(base::StrCat("what the nodes report is not published for ",
                                             base::FormatSeconds(now - *waiting_since_)));
}

void Publisher::Forget(std::string node) {
  base::MutexLock lock(mutex_);
  changed_.erase(node);
  gone_.push_back(std::move(node));
  Waits();
  wake_.NotifyAll();
}

bool Publisher::Waits() {
  if (waiting_since_) return false;
  waiting_since_ = base::Now();
  return true;
}

base::SteadyTime Publisher::DueAt() const {
  if (!waiting_since_) return base::SteadyTime::max();
  return published_at_ + PublishGap(nodes_);
}

void Publisher::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    telemetry::Batch batch;
    {
      base::MutexLock lock(mutex_);
      const base::SteadyTime due = DueAt();
      if (base::Now() < due) {
        wake_.WaitUntil(mutex_, stop, due);
        continue;
      }
      for (auto& [node, snapshot] : changed_) batch.snapshots.push_back(std::move(snapshot));
      changed_.clear();
      batch.gone = std::exchange(gone_, {});
      waiting_since_.reset();
      batch.calm = !std::exchange(urgent_, false);
      published_at_ = base::Now();
    }
    store_.Publish(std::move(batch));
    base::MutexLock lock(mutex_);
    nodes_ = store_.Load()->nodes().size();
  }
}

}  // namespace gpuscaler::fleet
