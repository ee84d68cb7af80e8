// A place where threads of the code under test wait until the test lets them
// go on, and where the test waits until they have come.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

#include "base/mutex.h"
#include "base/time.h"

namespace gpuscaler::tests {

// Long enough for the slowest machine; only a failing test waits it out.
inline constexpr base::Duration kPatience = std::chrono::seconds(30);

class Gate {
 public:
  explicit Gate(bool open) : open_(open) {}

  // Counts an arrival, then waits while the gate is closed.
  void Pass() ABSL_LOCKS_EXCLUDED(mutex_) {
    base::MutexLock lock(mutex_);
    ++arrivals_;
    changed_.NotifyAll();
    while (!open_) Wait(base::Now() + kPatience);
  }

  void Open() ABSL_LOCKS_EXCLUDED(mutex_) { Set(true); }
  void Close() ABSL_LOCKS_EXCLUDED(mutex_) { Set(false); }

  // False when fewer than `count` have come within kPatience.
  [[nodiscard]] bool AwaitArrivals(int count) ABSL_LOCKS_EXCLUDED(mutex_) {
    const base::SteadyTime deadline = base::Now() + kPatience;
    base::MutexLock lock(mutex_);
    while (arrivals_ < count && base::Now() < deadline) Wait(deadline);
    return arrivals_ >= count;
  }

  int arrivals() ABSL_LOCKS_EXCLUDED(mutex_) {
    base::MutexLock lock(mutex_);
    return arrivals_;
  }

 private:
  void Set(bool open) ABSL_LOCKS_EXCLUDED(mutex_) {
    base::MutexLock lock(mutex_);
    open_ = open;
    changed_.NotifyAll();
  }
  void Wait(base::SteadyTime deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    changed_.WaitUntil(mutex_, std::stop_token(), deadline);
  }

  base::Mutex mutex_;
  base::CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mutex_);
  int arrivals_ ABSL_GUARDED_BY(mutex_) = 0;
};

// For conditions that nobody announces. False when `condition` does not come
// to hold within kPatience.
template <class Condition>
[[nodiscard]] bool Await(const Condition& condition) {
  const base::SteadyTime deadline = base::Now() + kPatience;
  while (!condition()) {
    if (base::Now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace gpuscaler::tests
