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
  MutexLock lock(mutex_);
  return busy_since_;
}

uint64_t PeriodicThread::overruns() const {
  MutexLock lock(mutex_);
  const Duration busy = busy_since_ ? Now() - *busy_since_ : Duration::zero();
  return overruns_ + static_cast<uint64_t>(busy / period_);
}

void PeriodicThread::Run(const std::stop_token& stop) {
  SetThreadName(name_);
  SteadyTime next = Now();
  while (!stop.stop_requested()) {
    const SteadyTime started = Now();
    {
      MutexLock lock(mutex_);
      busy_since_ = started;
    }
    tick_(started);

    MutexLock lock(mutex_);
    busy_since_.reset();
    const SteadyTime now = Now();
    next += period_;
    if (next <= now) {
      const auto missed = (now - next) / period_ + 1;
      overruns_ += static_cast<uint64_t>(missed);
      // Even a tick that always overruns leaves the hardware a breath.
      next = now + period_ / 10;
    }
    while (!stop.stop_requested() && Now() < next) wake_.WaitUntil(mutex_, stop, next);
  }
  MutexLock lock(mutex_);
  ended_ = true;
  wake_.NotifyAll();
}

}  // namespace gpuscaler::base
