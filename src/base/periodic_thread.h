// A named thread that runs a tick at a fixed period. Loops that wait for events
// instead, of gRPC, of accept() and of HTTP, have their own threads
// (docs/threads.md).
//
// Ticks keep to a grid. After one that took longer than the period, the grid
// points it missed are counted as overruns, the next tick follows after a pause
// of a tenth of the period, and a new grid begins there. A tick that never
// returns cannot be interrupted; others see it by BusySince(), and StopWithin()
// gives up on it.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/time.h"

namespace gpuscaler::base {

// The calling thread's name as the kernel shows it; cut at 15 characters.
void SetThreadName(const std::string& name);

class PeriodicThread {
 public:
  // `tick` runs on the new thread only; the first call comes at once.
  PeriodicThread(std::string name, Duration period, std::function<void(SteadyTime now)> tick);
  // Blocks until a running tick has returned.
  ~PeriodicThread();
  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

  void RequestStop() { thread_.request_stop(); }

  // Waits for the thread to end. False when a tick still runs after
  // `patience`: then the destructor would block, and the process can only
  // leave by _Exit.
  [[nodiscard]] bool StopWithin(Duration patience);

  // When the tick now running began; empty between ticks. Any thread.
  std::optional<SteadyTime> BusySince() const;

  uint64_t overruns() const { return overruns_.load(std::memory_order_relaxed); }

 private:
  void Run(const std::stop_token& stop);

  const std::string name_;
  const Duration period_;
  const std::function<void(SteadyTime)> tick_;
  std::atomic<SteadyTime::rep> busy_since_{0};  // 0: between ticks
  std::atomic<uint64_t> overruns_{0};
  Mutex mutex_;
  CondVar wake_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace gpuscaler::base
