// The newest snapshot of each node, and who wants to know of a newer one.
//
// Thread-safe: Publish from any thread, Load from any thread. Load copies one
// pointer under a mutex that is never held over I/O, over a subscriber or while a
// view is made.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "telemetry/view.h"

namespace gpuscaler::telemetry {

class Store {
 public:
  Store();

  // Never null; empty before the first Publish.
  std::shared_ptr<const View> Load() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Replaces the snapshots of the same nodes, lets go of the nodes that are gone,
  // and wakes the subscribers once. Of an empty batch nobody hears.
  void Publish(Batch batch) ABSL_LOCKS_EXCLUDED(publish_mutex_, mutex_);
  void Publish(std::shared_ptr<const Snapshot> snapshot)
      ABSL_LOCKS_EXCLUDED(publish_mutex_, mutex_);

  // `wake` is called on the publisher's thread after each Publish, until
  // Unsubscribe of the id that it got has returned. It must only wake somebody,
  // and must not call this store.
  using SubscriberId = uint64_t;
  SubscriberId Subscribe(std::function<void()> wake) ABSL_LOCKS_EXCLUDED(subscribers_mutex_);
  void Unsubscribe(SubscriberId id) ABSL_LOCKS_EXCLUDED(subscribers_mutex_);

 private:
  struct Subscriber {
    SubscriberId id;
    std::function<void()> wake;
  };

  // Held while the next view is made out of the newest: one at a time.
  base::Mutex publish_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  mutable base::Mutex mutex_;
  std::shared_ptr<const View> view_ ABSL_GUARDED_BY(mutex_);

  // Held while subscribers are called, so that Unsubscribe means "never again".
  base::Mutex subscribers_mutex_;
  std::vector<Subscriber> subscribers_ ABSL_GUARDED_BY(subscribers_mutex_);
  SubscriberId next_id_ ABSL_GUARDED_BY(subscribers_mutex_) = 1;
};

}  // namespace gpuscaler::telemetry
