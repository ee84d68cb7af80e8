#include "telemetry/store.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::telemetry {

Store::Store() : view_(std::make_shared<const View>()) {}

std::shared_ptr<const View> Store::Load() const {
  base::MutexLock lock(mutex_);
  return view_;
}

void Store::Publish(std::shared_ptr<const Snapshot> snapshot) {
  {
    base::MutexLock lock(mutex_);
    auto next = std::make_shared<View>(*view_);
    const auto at = std::lower_bound(
        next->nodes.begin(), next->nodes.end(), snapshot->node,
        [](const auto& held, const std::string& node) { return held->node < node; });
    if (at != next->nodes.end() && (*at)->node == snapshot->node) {
      *at = std::move(snapshot);
    } else {
      next->nodes.insert(at, std::move(snapshot));
    }
    view_ = std::move(next);
  }
  base::MutexLock lock(subscribers_mutex_);
  for (const Subscriber& subscriber : subscribers_) subscriber.wake();
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
