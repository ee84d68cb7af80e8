#include "serving/complaints.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/strings.h"

namespace gpuscaler::serving {
namespace {

size_t HashOf(std::string_view method, std::string_view object_namespace, std::string_view object,
              const absl::Status& status) {
  // UNAVAILABLE by its code alone: its messages carry ages, which differ at each
  // poll. Of the others each message is news: a mended key uncovers the next.
  const bool by_code = absl::IsUnavailable(status);
  return std::hash<std::string>{}(base::StrCat(
      method, "/", object_namespace, "/", object, "/", absl::StatusCodeToString(status.code()), "/",
      by_code ? std::string_view() : base::Message(status).substr(0, 256)));
}

}  // namespace

bool Complaints::IsNew(std::string_view method, std::string_view object_namespace,
                       std::string_view object, const absl::Status& status, base::SteadyTime now) {
  const size_t failure =
      HashOf(method, object_namespace.substr(0, 256), object.substr(0, 256), status);
  const auto at = by_failure_.find(failure);
  if (at != by_failure_.end() && now - at->second->logged_at < kRepeatAfter) return false;
  if (!HasRoom(now)) {
    ++left_out_;
    return false;
  }
  if (at != by_failure_.end()) {
    known_.splice(known_.end(), known_, at->second);
    known_.back().logged_at = now;
    return true;
  }
  if (known_.size() >= kMost) {
    by_failure_.erase(known_.front().failure);
    known_.pop_front();
  }
  known_.push_back({failure, now});
  by_failure_.emplace(failure, std::prev(known_.end()));
  return true;
}

uint64_t Complaints::TakeLeftOut(base::SteadyTime now) {
  if (left_out_ == 0 || (told_at_ != base::SteadyTime() && now - told_at_ < kTellLeftOutEvery)) {
    return 0;
  }
  told_at_ = now;
  return std::exchange(left_out_, 0);
}

bool Complaints::HasRoom(base::SteadyTime now) {
  if (room_at_ != base::SteadyTime()) {
    room_ = std::min(kBurst, room_ + base::ToSeconds(now - room_at_) / base::ToSeconds(kLineEvery));
  }
  room_at_ = now;
  if (room_ < 1) return false;
  room_ -= 1;
  return true;
}

}  // namespace gpuscaler::serving
