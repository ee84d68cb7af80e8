#include "base/complaint_limit.h"

#include <utility>

namespace gpuscaler::base {

bool ComplaintLimit::Take(const std::string& about, SteadyTime now) {
  const auto is_due = [now](SteadyTime told_at) { return now - told_at >= kTellAgainAfter; };
  if (const auto told = told_at_.find(about); told != told_at_.end()) {
    if (!is_due(told->second)) return false;
    told->second = now;
    return true;
  }
  if (told_at_.size() >= kMost) {
    std::erase_if(told_at_, [&](const auto& told) { return is_due(told.second); });
    if (told_at_.size() >= kMost) {
      ++left_out_;
      return false;
    }
  }
  told_at_.emplace(about, now);
  return true;
}

uint64_t ComplaintLimit::TakeLeftOut(SteadyTime now) {
  const bool told = left_out_told_at_ != SteadyTime();
  if (left_out_ == 0 || (told && now - left_out_told_at_ < kTellAgainAfter)) return 0;
  left_out_told_at_ = now;
  return std::exchange(left_out_, 0);
}

}  // namespace gpuscaler::base
