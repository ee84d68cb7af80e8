// What the engines' thread and the others share of one endpoint. Any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/mutex.h"
#include "base/time.h"
#include "engines/endpoint/endpoint.h"
#include "engines/scraping/endpoint_view.h"

namespace gpuscaler::engines {

// To be read every `period` until `until`: whoever waits says so again and again, and
// need not say when it waits no more.
struct Hurry {
  base::Duration period;
  base::SteadyTime until;
};

class EndpointBoard {
 public:
  EndpointBoard(Endpoint endpoint, base::SteadyTime now)
      : endpoint_(std::move(endpoint)), wanted_(now) {
    Publish(EndpointView());
  }

  const Endpoint& endpoint() const { return endpoint_; }

  std::shared_ptr<const EndpointView> view() const {
    base::MutexLock lock(mutex_);
    return view_;
  }
  // Numbers it.
  void Publish(EndpointView view) {
    view.newest = newest_;
    base::MutexLock lock(mutex_);
    view.version = newest_->load(std::memory_order_relaxed) + 1;
    newest_->store(view.version, std::memory_order_release);
    view_ = std::make_shared<const EndpointView>(std::move(view));
  }

  void Want(base::SteadyTime now) {
    base::MutexLock lock(mutex_);
    wanted_ = now;
  }
  // True: the endpoint is now to be read more often than before. Of two hurries the
  // shorter period holds until its end.
  bool Hasten(const Hurry& hurry, base::SteadyTime now) {
    base::MutexLock lock(mutex_);
    const bool over = now >= hurry_.until;
    if (!over && hurry.period > hurry_.period) return false;
    const bool sooner = over || hurry.period < hurry_.period;
    hurry_ = {hurry.period, sooner ? hurry.until : std::max(hurry.until, hurry_.until)};
    return sooner;
  }

  base::Duration PeriodAt(base::SteadyTime now, base::Duration usual) const {
    base::MutexLock lock(mutex_);
    return now < hurry_.until ? std::min(usual, hurry_.period) : usual;
  }
  base::SteadyTime wanted() const {
    base::MutexLock lock(mutex_);
    return wanted_;
  }

 private:
  const Endpoint endpoint_;
  const std::shared_ptr<std::atomic<uint64_t>> newest_ = std::make_shared<std::atomic<uint64_t>>();
  mutable base::Mutex mutex_;
  std::shared_ptr<const EndpointView> view_ ABSL_GUARDED_BY(mutex_);
  base::SteadyTime wanted_ ABSL_GUARDED_BY(mutex_);
  Hurry hurry_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace gpuscaler::engines
