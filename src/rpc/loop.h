// The completion queue, its one thread, and the sleepers that live on it.
//
// Everything of a server, or of a client, runs on this thread: calls, writes, timers. Other
// threads only call Wake(), Drain() and Close(). gRPC aborts the process when an
// operation is started on a queue that was shut down, so the queue is shut down
// by its own thread, and whoever starts an operation there looks at closed()
// first.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/time.h"
#include "rpc/tag.h"

namespace gpuscaler::rpc {

using base::kNever;

// Leaves its loop when it is destroyed.
using SleeperHook = boost::intrusive::list_base_hook<
    boost::intrusive::tag<class Loop>,
    boost::intrusive::link_mode<boost::intrusive::link_mode_type::auto_unlink>>;

// Something on the loop that acts at a wake or at a time: an open stream.
class Sleeper : public SleeperHook {
 public:
  virtual ~Sleeper() = default;
  // Acts if it has something to do. Must not attach or detach sleepers.
  virtual void Poll(base::SteadyTime now) = 0;
  // When it wants to be polled at the latest; kNever: at the next wake.
  virtual base::SteadyTime due() const = 0;
  // The server is going down: end well, soon.
  virtual void End() = 0;
};

class Loop {
 public:
  // Of a server, or of a client.
  explicit Loop(std::unique_ptr<grpc::CompletionQueue> queue);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // `on_wake` runs on the loop's thread at each wake, before the sleepers.
  void Start(std::function<void(base::SteadyTime now)> on_wake);

  // Any thread: the sleepers are polled soon. Wakes that come before they were
  // are one wake.
  void Wake();
  // Any thread: every sleeper is told to end, and so is each later one.
  void Drain();
  // Any thread, after the server is shut down: ends the thread and joins it. What
  // sleepers have under way must end once they are told to.
  void Close();

  // The loop's thread only.
  grpc::CompletionQueue* queue() { return queue_.get(); }
  bool closed() const { return closed_; }
  bool draining() const { return draining_.load(std::memory_order_relaxed); }
  void Attach(Sleeper* sleeper);
  void Detach(Sleeper* sleeper);
  // The sleepers are polled at `due` at the latest. A sweep does this by itself;
  // a sleeper that changes its due time at another moment says so.
  void SweepAt(base::SteadyTime due);
  // `act` runs once everything that has come in is dealt with. One at a time: a
  // second one replaces the first.
  void WhenIdle(std::function<void()> act) { when_idle_ = std::move(act); }

 private:
  using Sleepers = boost::intrusive::list<Sleeper, boost::intrusive::base_hook<SleeperHook>,
                                          boost::intrusive::constant_time_size<false>>;

  void Run();
  void OnWake(bool ok);
  void OnTimer(bool ok);
  void OnClose(bool ok);
  // Calls up the sleepers: all, or those whose time has come.
  void Sweep(base::SteadyTime now, bool all);
  // Polls those that are called up, for so long that nobody waits long for it.
  void TakeTurn();
  void EndSleepers();

  std::unique_ptr<grpc::CompletionQueue> queue_;
  std::function<void(base::SteadyTime)> on_wake_;

  MemberTag<Loop> wake_tag_{this, &Loop::OnWake};
  MemberTag<Loop> timer_tag_{this, &Loop::OnTimer};
  MemberTag<Loop> close_tag_{this, &Loop::OnClose};

  base::Mutex mutex_;
  bool no_more_wakes_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Alarm wake_alarm_ ABSL_GUARDED_BY(mutex_);
  grpc::Alarm close_alarm_;
  std::atomic<bool> wake_pending_{false};
  std::atomic<bool> draining_{false};

  // The loop's thread only.
  // Each sleeper is in one of them. A wake calls all up, and those that are called up already
  // keep their place: who is polled last in one sweep is not passed over in the next.
  Sleepers asleep_;
  Sleepers called_;
  base::SteadyTime next_turn_at_ = {};  // at the latest, while any is called up
  std::function<void()> when_idle_;
  grpc::Alarm timer_alarm_;
  base::SteadyTime timer_due_ = kNever;  // kNever: no timer is set
  bool closed_ = false;
  bool ended_ = false;  // sleepers were told to end

  std::thread thread_;  // no jthread: the queue's shutdown ends it, not a stop token
};

}  // namespace gpuscaler::rpc
