// A mutex that Clang's -Wthread-safety understands and ThreadSanitizer sees.
//
// Debian's absl::Mutex is invisible to ThreadSanitizer, hence std::mutex under
// a thin annotated skin. Members are marked ABSL_GUARDED_BY(mutex_), functions that
// expect the lock ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_).
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "base/time.h"

namespace gpuscaler::base {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  // Lower case: the standard's BasicLockable, which CondVar waits with.
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  // Waits until `deadline`, a notification or a stop request, whichever is
  // first; the caller looks at its condition again.
  void WaitUntil(Mutex& mutex, const std::stop_token& stop, SteadyTime deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    bool notified = false;
    condition_.wait_until(mutex, stop, deadline, [&] { return std::exchange(notified, true); });
  }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace gpuscaler::base
