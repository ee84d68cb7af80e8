#include "serving/last_signs.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "scaling/replica.h"

namespace gpuscaler::serving {
namespace {

std::string KeyOf(const scaling::Trigger& trigger) {
  return base::StrCat(engines::Key(trigger.activation->source), " ", trigger.activation->threshold,
                      " ", trigger.workload ? scaling::WhichWorkload(*trigger.workload) : "", " ",
                      trigger.engine ? engines::Key(trigger.engine->source) : "", " ",
                      static_cast<int>(trigger.metric), " ", trigger.activation_threshold);
}

size_t BytesOf(const std::string& key, const scaling::Trigger& trigger) {
  constexpr size_t kNodes = 256;  // of the map and of what it points to
  return kNodes + key.size() + scaling::BytesOf(trigger);
}

}  // namespace

bool LastSigns::Known::IsFollowed(base::SteadyTime now) const {
  const auto sign = history.last();
  return now - asked_at <= kFollow || (sign && now - *sign <= trigger->warmup);
}

std::optional<base::SteadyTime> LastSigns::Note(const scaling::Trigger& trigger,
                                                std::optional<bool> sign, base::SteadyTime now,
                                                Looker looker) {
  std::string key = KeyOf(trigger);
  // Whatever of it the key does not tell may have been edited since.
  auto as_asked =
      looker == Looker::kKeda ? std::make_shared<const scaling::Trigger>(trigger) : nullptr;
  base::MutexLock lock(mutex_);
  const auto known = known_.find(key);
  if (looker == Looker::kKeda) {
    const size_t bytes = BytesOf(key, trigger);
    Known& asked = known != known_.end() ? known->second : known_[std::move(key)];
    bytes_ += bytes - std::exchange(asked.bytes, bytes);
    asked.trigger = std::move(as_asked);
    asked.asked_at = now;
    asked.history.Note(sign, now, trigger.warmup);
    const auto last = asked.history.last();
    ForgetLongestUnasked();
    return last;
  }
  if (sign == true && (known == known_.end() || looker == Looker::kOnlooker)) return now;
  if (known == known_.end()) return std::nullopt;
  if (looker == Looker::kFollower) known->second.history.Note(sign, now, trigger.warmup);
  return known->second.history.last();
}

void LastSigns::See(const scaling::Trigger& trigger, scaling::Standing standing,
                    base::SteadyTime now) {
  const std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  const auto known = known_.find(key);
  if (known != known_.end()) known->second.history.See(standing, now);
}

bool LastSigns::Follow(const std::function<void(const scaling::Trigger&)>& look,
                       base::SteadyTime now, const std::function<bool()>& enough) {
  size_t left = ForgetUnasked(now);
  while (const auto trigger = TakeTurn(now, left)) {
    look(*trigger);
    if (left > 0 && enough()) return false;
  }
  return true;
}

size_t LastSigns::size() const {
  base::MutexLock lock(mutex_);
  return known_.size();
}

LastSigns::Map::iterator LastSigns::Forget(Map::iterator known) {
  bytes_ -= known->second.bytes;
  return known_.erase(known);
}

void LastSigns::ForgetLongestUnasked() {
  while (known_.size() > kMost || bytes_ > kMostBytes) {
    Forget(std::min_element(known_.begin(), known_.end(), [](const auto& one, const auto& other) {
      return one.second.asked_at < other.second.asked_at;
    }));
  }
}

size_t LastSigns::ForgetUnasked(base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  for (auto known = known_.begin(); known != known_.end();) {
    const bool goes = now - known->second.asked_at > kForgetAfter && !known->second.IsFollowed(now);
    known = goes ? Forget(known) : std::next(known);
  }
  return known_.size();
}

std::shared_ptr<const scaling::Trigger> LastSigns::TakeTurn(base::SteadyTime now, size_t& left) {
  base::MutexLock lock(mutex_);
  for (auto next = known_.upper_bound(turn_); left > 0 && !known_.empty(); ++next) {
    if (next == known_.end()) next = known_.begin();
    --left;
    Known& known = next->second;
    if (!known.IsFollowed(now) || now - known.looked_at < kLookEvery) continue;
    known.looked_at = now;
    turn_ = next->first;
    return known.trigger;
  }
  return nullptr;
}

}  // namespace gpuscaler::serving
