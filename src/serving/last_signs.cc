#include "serving/last_signs.h"

#include <algorithm>

#include "base/strings.h"

namespace gpuscaler::serving {
namespace {

std::string KeyOf(const scaling::ActivationSignal& signal) {
  return base::StrCat(engines::Key(signal.source), " ", signal.threshold);
}

}  // namespace

std::optional<base::SteadyTime> LastSigns::Look(const scaling::ActivationSignal& signal, bool sign,
                                                base::SteadyTime now) {
  const std::string key = KeyOf(signal);
  base::MutexLock lock(mutex_);
  if (sign) {
    signs_[key] = now;
    if (signs_.size() > kMost) {
      signs_.erase(std::min_element(
          signs_.begin(), signs_.end(),
          [](const auto& one, const auto& other) { return one.second < other.second; }));
    }
    return now;
  }
  const auto found = signs_.find(key);
  return found != signs_.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<base::SteadyTime> LastSigns::Peek(const scaling::ActivationSignal& signal, bool sign,
                                                base::SteadyTime now) const {
  if (sign) return now;
  const std::string key = KeyOf(signal);
  base::MutexLock lock(mutex_);
  const auto found = signs_.find(key);
  return found != signs_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace gpuscaler::serving
