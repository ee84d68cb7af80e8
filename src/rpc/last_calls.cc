#include "rpc/last_calls.h"

#include <utility>

#include "rpc/call.h"

namespace gpuscaler::rpc {
namespace {

constexpr base::Duration kPeriod = std::chrono::milliseconds(5);

}  // namespace

LastCalls::LastCalls(Switchboard& board, std::function<void(const Peers&)> close_all_but)
    : board_(board), close_all_but_(std::move(close_all_but)) {
  board_.loop.Attach(this);
}

void LastCalls::Await(base::Duration patience) {
  done_.get_future().wait_for(patience);
}

void LastCalls::End() {
  look_at_ = base::Now();
}

void LastCalls::Poll(base::SteadyTime now) {
  if (now < look_at_) return;
  if (begun_ == kNever) {  // thousands of streams may have ended meanwhile
    begun_ = quiet_since_ = now;
    arrived_ = board_.arrived;
  }
  look_at_ = now + kPeriod;
  if (now - begun_ >= 2 * kLongest) {
    Look(now);  // under such a load it is never idle
  } else {
    // Then gRPC holds no call that has come and is not known here.
    board_.loop.WhenIdle([this] { Look(base::Now()); });
  }
}

void LastCalls::Look(base::SteadyTime now) {
  if (look_at_ == kNever) return;
  if (std::exchange(arrived_, board_.arrived) != board_.arrived) quiet_since_ = now;
  if (now - quiet_since_ < kQuiet && now - begun_ < kLongest) return;
  Peers busy;
  board_.arriving.AddPeers(busy);
  board_.answering.AddPeers(busy);
  close_all_but_(busy);
  if (!busy.empty()) return;
  look_at_ = kNever;
  done_.set_value();
}

}  // namespace gpuscaler::rpc
