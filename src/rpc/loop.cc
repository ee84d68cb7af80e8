#include "rpc/loop.h"

#include <algorithm>
#include <utility>

#include "base/periodic_thread.h"

namespace gpuscaler::rpc {
namespace {

// A gateway's streams that were opened together repeat what they said together: 800 of 50 GPUs
// are 200 ms of a core, and a call may come meanwhile.
constexpr base::Duration kTurn = std::chrono::microseconds(500);

}  // namespace

Loop::Loop(std::unique_ptr<grpc::CompletionQueue> queue) : queue_(std::move(queue)) {}

Loop::~Loop() {
  if (thread_.joinable()) {
    Close();
  } else if (!closed_) {  // never started: gRPC wants its queue shut down all the same
    OnClose(true);
    Run();
  }
}

void Loop::Start(std::function<void(base::SteadyTime)> on_wake) {
  on_wake_ = std::move(on_wake);
  thread_ = std::thread([this] {
    base::SetThreadName("grpc");
    Run();
  });
}

void Loop::Run() {
  void* tag = nullptr;
  bool ok = false;
  while (true) {
    const bool waits = called_.empty() && !when_idle_;
    const gpr_timespec until =
        waits ? gpr_inf_future(GPR_CLOCK_MONOTONIC) : gpr_inf_past(GPR_CLOCK_MONOTONIC);
    switch (queue_->AsyncNext(&tag, &ok, until)) {
      case grpc::CompletionQueue::GOT_EVENT:
        static_cast<Tag*>(tag)->Proceed(ok);
        // However much comes in, the sleepers get half of the time.
        if (!called_.empty() && base::Now() >= next_turn_at_) TakeTurn();
        break;
      case grpc::CompletionQueue::TIMEOUT:
        if (!called_.empty()) {
          TakeTurn();
        } else {
          std::exchange(when_idle_, nullptr)();
        }
        break;
      case grpc::CompletionQueue::SHUTDOWN:
        return;
    }
  }
}

void Loop::Wake() {
  if (wake_pending_.exchange(true)) return;
  base::MutexLock lock(mutex_);
  if (no_more_wakes_) return;
  wake_alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), &wake_tag_);
}

void Loop::Drain() {
  draining_.store(true, std::memory_order_relaxed);
  Wake();
}

void Loop::Close() {
  if (!thread_.joinable()) return;
  {
    base::MutexLock lock(mutex_);
    no_more_wakes_ = true;
  }
  close_alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), &close_tag_);
  thread_.join();
}

void Loop::OnClose(bool) {
  if (draining()) EndSleepers();  // the wake for it may come too late
  closed_ = true;
  asleep_.splice(asleep_.end(), called_);
  if (timer_due_ != kNever) timer_alarm_.Cancel();
  queue_->Shutdown();
}

void Loop::Attach(Sleeper* sleeper) {
  asleep_.push_back(*sleeper);
  if (draining()) {
    sleeper->End();
    return;
  }
  SweepAt(sleeper->due());
}

void Loop::Detach(Sleeper* sleeper) {
  sleeper->unlink();
}

void Loop::OnWake(bool) {
  // Before the sweep: what happens during it deserves another one.
  wake_pending_.store(false);
  if (closed_) return;
  const base::SteadyTime now = base::Now();
  if (on_wake_) on_wake_(now);
  Sweep(now, true);
}

void Loop::OnTimer(bool) {
  timer_due_ = kNever;
  if (!closed_) Sweep(base::Now(), draining());
}

void Loop::Sweep(base::SteadyTime now, bool all) {
  if (draining()) EndSleepers();
  for (auto at = asleep_.begin(); at != asleep_.end();) {
    const auto sleeper = at++;
    if (all || sleeper->due() <= now) called_.splice(called_.end(), asleep_, sleeper);
  }
  TakeTurn();
}

void Loop::TakeTurn() {
  base::SteadyTime now = base::Now();
  const base::SteadyTime end = now + kTurn;
  for (; !called_.empty() && now < end; now = base::Now()) {
    Sleeper& sleeper = called_.front();
    asleep_.splice(asleep_.end(), called_, called_.begin());
    sleeper.Poll(now);
  }
  if (!called_.empty()) {
    next_turn_at_ = now + kTurn;
    return;
  }
  base::SteadyTime due = kNever;
  for (const Sleeper& sleeper : asleep_) due = std::min(due, sleeper.due());
  SweepAt(due);
}

void Loop::EndSleepers() {
  if (std::exchange(ended_, true)) return;
  for (Sleepers* sleepers : {&asleep_, &called_}) {
    for (Sleeper& sleeper : *sleepers) sleeper.End();
  }
}

void Loop::SweepAt(base::SteadyTime due) {
  if (closed_ || due >= timer_due_) return;
  if (timer_due_ != kNever) {
    // Its tag comes back at once; OnTimer then sweeps and sets the right time.
    timer_alarm_.Cancel();
    return;
  }
  timer_due_ = due;
  const auto delay = std::max(due - base::Now(), base::Duration::zero());
  timer_alarm_.Set(
      queue_.get(),
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(delay.count(), GPR_TIMESPAN)),
      &timer_tag_);
}

}  // namespace gpuscaler::rpc
