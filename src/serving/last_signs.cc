#include "serving/last_signs.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "scaling/replica.h"

namespace gpuscaler::serving {
namespace {

std::string KeyOf(const scaling::ActivationSignal& signal) {
  return base::StrCat(engines::Key(signal.source), " ", signal.threshold);
}

std::string KeyOf(const scaling::Trigger& trigger) {
  return base::StrCat(KeyOf(*trigger.activation), " ",
                      trigger.workload ? scaling::WhichWorkload(*trigger.workload) : "", " ",
                      trigger.engine ? engines::Key(trigger.engine->source) : "");
}

}  // namespace

std::optional<base::SteadyTime> LastSigns::Look(const scaling::ActivationSignal& signal, bool sign,
                                                base::SteadyTime now) {
  std::string key = KeyOf(signal);
  base::MutexLock lock(mutex_);
  const auto [at, is_new] = known_.try_emplace(std::move(key), Known{signal, now, std::nullopt});
  Known& known = at->second;
  known.asked_at = now;
  if (sign) known.sign = now;
  const auto last = known.sign;
  if (is_new && known_.size() > kMost) {
    known_.erase(
        std::min_element(known_.begin(), known_.end(), [](const auto& one, const auto& other) {
          return one.second.asked_at < other.second.asked_at;
        }));
  }
  return last;
}

std::optional<base::SteadyTime> LastSigns::Peek(const scaling::ActivationSignal& signal, bool sign,
                                                base::SteadyTime now) const {
  if (sign) return now;
  const std::string key = KeyOf(signal);
  base::MutexLock lock(mutex_);
  const auto found = known_.find(key);
  return found != known_.end() ? found->second.sign : std::nullopt;
}

void LastSigns::Meet(const scaling::Trigger& trigger, base::SteadyTime now) {
  std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  met_.insert_or_assign(std::move(key), now);
  if (met_.size() <= kMost) return;
  met_.erase(std::min_element(met_.begin(), met_.end(), [](const auto& one, const auto& other) {
    return one.second < other.second;
  }));
}

bool LastSigns::IsMet(const scaling::Trigger& trigger, base::SteadyTime sign) const {
  const std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  const auto found = met_.find(key);
  return found != met_.end() && sign <= found->second;
}

bool LastSigns::Follow(const Exceeds& exceeds, base::SteadyTime now,
                       const std::function<bool()>& enough) {
  size_t left = 0;
  {
    base::MutexLock lock(mutex_);
    left = known_.size();
  }
  while (const auto signal = TakeTurn(now, left)) {
    if (exceeds(*signal)) {
      base::MutexLock lock(mutex_);
      const auto found = known_.find(KeyOf(*signal));
      if (found != known_.end()) found->second.sign = now;
    }
    if (left > 0 && enough()) return false;
  }
  return true;
}

std::optional<scaling::ActivationSignal> LastSigns::TakeTurn(base::SteadyTime now, size_t& left) {
  base::MutexLock lock(mutex_);
  while (left > 0) {
    --left;
    auto next = known_.upper_bound(turn_);
    if (next == known_.end()) next = known_.begin();
    turn_ = next->first;
    if (now - next->second.asked_at <= kFollow) return next->second.signal;
  }
  return std::nullopt;
}

}  // namespace gpuscaler::serving
