#include "telemetry/store.h"

#include <utility>

namespace gpuscaler::telemetry {

Store::Store() : view_(std::make_shared<const View>()) {}

std::shared_ptr<const View> Store::Load() const {
  base::MutexLock lock(mutex_);
  return view_;
}

void Store::Publish(Batch batch) {
  if (batch.snapshots.empty() && batch.gone.empty()) return;
  {
    base::MutexLock publishing(publish_mutex_);
    // The end of the view before, which may be the last to hold its nodes, is not
    // waited for by who loads.
    std::shared_ptr<const View> view = Load();
    view = std::make_shared<const View>(view->With(std::move(batch)));
    base::MutexLock lock(mutex_);
    view_.swap(view);
  }
  base::MutexLock lock(subscribers_mutex_);
  for (const Subscriber& subscriber : subscribers_) subscriber.wake();
}

void Store::Publish(std::shared_ptr<const Snapshot> snapshot) {
  Batch batch;
  batch.snapshots.push_back(std::move(snapshot));
  Publish(std::move(batch));
}

Store::SubscriberId Store::Subscribe(std::function<void()> wake) {
  base::MutexLock lock(subscribers_mutex_);
  const SubscriberId id = next_id_++;
  subscribers_.push_back({id, std::move(wake)});
  return id;
}

void Store::Unsubscribe(SubscriberId id) {
  base::MutexLock lock(subscribers_mutex_);
  std::erase_if(subscribers_, [id](const Subscriber& held) { return held.id == id; });
}

}  // namespace gpuscaler::telemetry
