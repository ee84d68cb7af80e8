#include "serving/complaints.h"

#include "base/strings.h"

namespace gpuscaler::serving {

bool Complaints::IsNew(std::string_view method, std::string_view object_namespace,
                       std::string_view object, const absl::Status& status, base::SteadyTime now) {
  // UNAVAILABLE by its code alone: its messages carry ages, which differ at each
  // poll. Of the others each message is news: a mended key uncovers the next.
  const bool by_code = absl::IsUnavailable(status);
  const std::string key =
      base::StrCat(method, "/", object_namespace.substr(0, 256), "/", object.substr(0, 256), "/",
                   absl::StatusCodeToString(status.code()), "/",
                   by_code ? std::string_view() : base::Message(status).substr(0, 256));
  const auto at = logged_at_.find(key);
  if (at != logged_at_.end()) {
    if (now - at->second < kRepeatAfter) return false;
    at->second = now;
    return true;
  }
  if (logged_at_.size() >= kMost) {
    std::erase_if(logged_at_,
                  [now](const auto& held) { return now - held.second >= kRepeatAfter; });
    if (logged_at_.size() >= kMost) return false;
  }
  logged_at_.emplace(key, now);
  return true;
}

}  // namespace gpuscaler::serving
