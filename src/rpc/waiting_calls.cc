#include "rpc/waiting_calls.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/strings.h"

namespace gpuscaler::rpc {

WaitingCalls::WaitingCalls(Loop& loop, Limits limits, std::string_view what,
                           std::function<void(const std::string&)> close_connection)
    : loop_(loop),
      limits_(limits),
      what_(what),
      close_connection_(std::move(close_connection)) {
  loop_.Attach(this);
}

void WaitingCalls::Enter(WaitingCall& call, base::SteadyTime now) {
  call.among_ = this;
  call.since_ = now;
  calls_.push_back(call);
  if (calls_.size() > limits_.most) CloseTheFullest();
  loop_.SweepAt(due());
}

void WaitingCalls::Leave(WaitingCall& call) {
  if (call.among_ != this) return;
  call.among_ = nullptr;
  calls_.erase(calls_.iterator_to(call));
}

void WaitingCalls::GiveUp(WaitingCall& call, const absl::Status& why) {
  Leave(call);
  call.GiveUp(why);
}

void WaitingCalls::End() {
  limits_.longest = std::min<base::Duration>(limits_.longest, std::chrono::seconds(1));
}

void WaitingCalls::Poll(base::SteadyTime now) {
  while (!calls_.empty() && now >= due()) {
    GiveUp(calls_.front(),
           absl::DeadlineExceededError(base::StrCat(
               "waited ", base::FormatDuration(limits_.longest), " for the client ", what_)));
  }
}

base::SteadyTime WaitingCalls::due() const {
  return calls_.empty() ? kNever : calls_.front().since_ + limits_.longest;
}

void WaitingCalls::CloseTheFullest() {
  std::unordered_map<std::string, size_t> held;
  for (const WaitingCall& call : calls_) ++held[call.peer()];
  const std::string fullest =
      std::max_element(held.begin(), held.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      })->first;
  close_connection_(fullest);
  const absl::Status why = absl::ResourceExhaustedError(
      base::StrCat("too many calls wait for the client ", what_));
  for (auto at = calls_.begin(); at != calls_.end();) {
    WaitingCall& call = *at++;
    if (call.peer() == fullest) GiveUp(call, why);
  }
}

}  // namespace gpuscaler::rpc
