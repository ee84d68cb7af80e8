#include "rpc/waiting_calls.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace gpuscaler::rpc {
namespace {

struct Held {
  std::string peer;
  size_t calls = 0;
};

// Those that hold the most first; of equals the one whose call waits longest.
template <class Holder>
std::vector<Held> HeldByPeer(const boost::intrusive::list<WaitingCall>& calls, Holder holder) {
  std::vector<Held> held;
  std::unordered_map<std::string, size_t> place;
  for (const WaitingCall& call : calls) {
    const auto [at, is_new] = place.emplace(holder(call), held.size());
    if (is_new) held.push_back({holder(call), 0});
    ++held[at->second].calls;
  }
  std::stable_sort(held.begin(), held.end(),
                   [](const Held& a, const Held& b) { return a.calls > b.calls; });
  return held;
}

}  // namespace

WaitingCalls::WaitingCalls(Loop& loop, Limits limits, std::string_view what,
                           std::function<void(const std::string&)> close_connection)
    : loop_(loop), limits_(limits), what_(what), close_connection_(std::move(close_connection)) {
  limits_.grace = std::min(limits_.grace, limits_.longest);
  loop_.Attach(this);
}

bool WaitingCalls::Refuses(const std::string& peer) const {
  if (size() < limits_.most) return false;
  const auto held = held_.find(peer);
  return held != held_.end() && held->second > limits_.most / 8;
}

void WaitingCalls::Enter(WaitingCall& call, base::SteadyTime now) {
  AgeUntil(now);
  if (size() >= 2 * limits_.most) CloseTheFullest(young_, limits_.most);
  call.among_ = this;
  call.holder_ = call.peer();
  ++held_[call.holder_];
  call.slow_ = false;
  call.since_ = now;
  young_.push_back(call);
  loop_.SweepAt(due());
}

void WaitingCalls::Leave(WaitingCall& call) {
  if (call.among_ != this) return;
  call.among_ = nullptr;
  const auto held = held_.find(call.holder_);
  if (--held->second == 0) held_.erase(held);
  List& list = call.slow_ ? slow_ : young_;
  list.erase(list.iterator_to(call));
}

void WaitingCalls::AddPeers(std::unordered_set<std::string>& peers) const {
  for (const auto& [peer, calls] : held_) peers.insert(peer);
}

void WaitingCalls::Poll(base::SteadyTime now) {
  AgeUntil(now);
  while (!slow_.empty() && now >= slow_.front().since_ + limits_.longest) {
    WaitingCall& call = slow_.front();
    Leave(call);
    call.GiveUp(absl::DeadlineExceededError(
        base::StrCat("waited ", base::FormatDuration(limits_.longest), " for the client ", what_)));
  }
}

base::SteadyTime WaitingCalls::due() const {
  base::SteadyTime due = kNever;
  if (!young_.empty()) due = young_.front().since_ + limits_.grace;
  if (!slow_.empty()) due = std::min(due, slow_.front().since_ + limits_.longest);
  return due;
}

void WaitingCalls::End() {
  limits_.longest = std::min<base::Duration>(limits_.longest, std::chrono::seconds(1));
}

void WaitingCalls::AgeUntil(base::SteadyTime now) {
  while (!young_.empty() && now >= young_.front().since_ + limits_.grace) {
    WaitingCall& call = young_.front();
    young_.pop_front();
    call.slow_ = true;
    slow_.push_back(call);
  }
  if (slow_.size() > limits_.most_slow) CloseTheFullest(slow_, limits_.most_slow);
}

void WaitingCalls::CloseTheFullest(List& calls, size_t down_to) {
  std::unordered_set<std::string> closed;
  size_t left = calls.size();
  for (const Held& held : HeldByPeer(calls, [](const WaitingCall& call) { return call.holder_; })) {
    if (left <= down_to) break;
    left -= held.calls;
    close_connection_(held.peer);
    closed.insert(held.peer);
  }
  const absl::Status why =
      absl::ResourceExhaustedError(base::StrCat("too many calls wait for the client ", what_));
  // First they leave, for one that is given up may enter anew, and make others age.
  std::vector<WaitingCall*> given_up;
  for (auto at = calls.begin(); at != calls.end();) {
    WaitingCall& call = *at++;
    if (!closed.contains(call.holder_)) continue;
    Leave(call);
    given_up.push_back(&call);
  }
  for (WaitingCall* call : given_up) call->GiveUp(why);
}

}  // namespace gpuscaler::rpc
