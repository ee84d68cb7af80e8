#include "serving/complaints.h"

#include "base/strings.h"

namespace gpuscaler::serving {

bool Complaints::IsNew(std::string_view method, std::string_view object_namespace,
                       std::string_view object, const absl::Status& status, base::SteadyTime now) {
  // By code, not by message: messages carry ages, which differ at each poll.
  const std::string key =
      base::StrCat(method, "/", object_namespace.substr(0, 256), "/", object.substr(0, 256), "/",
                   absl::StatusCodeToString(status.code()));
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
