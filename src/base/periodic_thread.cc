#include "base/periodic_thread.h"

#include <pthread.h>

#include <utility>

namespace gpuscaler::base {

void SetThreadName(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

PeriodicThread::PeriodicThread(std::string name, Duration period,
                               std::function<void(SteadyTime)> tick)
    : name_(std::move(name)),
      period_(period),
      tick_(std::move(tick)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

PeriodicThread::~PeriodicThread() {
  thread_.request_stop();
}

bool PeriodicThread::StopWithin(Duration patience) {
  thread_.request_stop();
  const SteadyTime deadline = Now() + patience;
  MutexLock lock(mutex_);
  while (!ended_ && Now() < deadline) wake_.WaitUntil(mutex_, std::stop_token(), deadline);
  return ended_;
}

std::optional<SteadyTime> PeriodicThread::BusySince() const {
  const SteadyTime::rep since = busy_since_.load(std::memory_order_relaxed);
  if (since == 0) return std::nullopt;
  return SteadyTime(SteadyTime::duration(since));
}

void PeriodicThread::Run(const std::stop_token& stop) {
  SetThreadName(name_);
  SteadyTime next = Now();
  while (!stop.stop_requested()) {
    const SteadyTime started = Now();
    busy_since_.store(started.time_since_epoch().count(), std::memory_order_relaxed);
    tick_(started);
    busy_since_.store(0, std::memory_order_relaxed);

    const SteadyTime now = Now();
    next += period_;
    if (next <= now) {
      const auto missed = (now - next) / period_ + 1;
      overruns_.fetch_add(static_cast<uint64_t>(missed), std::memory_order_relaxed);
      // Even a tick that always overruns leaves the hardware a breath.
      next = now + period_ / 10;
    }
    MutexLock lock(mutex_);
    while (!stop.stop_requested() && Now() < next) wake_.WaitUntil(mutex_, stop, next);
  }
  MutexLock lock(mutex_);
  ended_ = true;
  wake_.NotifyAll();
}

}  // namespace gpuscaler::base
