// A named thread that runs a tick at a fixed period. Loops that wait for events
// instead, of gRPC, of accept() and of HTTP, have their own threads
// (docs/threads.md).
//
// Ticks keep to a grid. The grid points that a tick misses because it takes longer
// than the period are counted as overruns; the next tick follows after a pause
// of a tenth of the period, and a new grid begins there. A tick that never
// returns cannot be interrupted; others see it by BusySince(), and StopWithin()
// gives up on it.
#pragma once

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

  // Those of the tick now running included. Never smaller than before. Any thread.
  uint64_t overruns() const;

 private:
  void Run(const std::stop_token& stop);

  const std::string name_;
  const Duration period_;
  const std::function<void(SteadyTime)> tick_;
  mutable Mutex mutex_;
  CondVar wake_;
  std::optional<SteadyTime> busy_since_ ABSL_GUARDED_BY(mutex_);
  uint64_t overruns_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace gpuscaler::base
