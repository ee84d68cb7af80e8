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
                      trigger.engine ? engines::Key(trigger.engine->source) : "");
}

// The texts of a trigger that may be long are parts of its key.
size_t BytesOf(const std::string& key) {
  constexpr size_t kNodes = 256;  // of the map and of what the trigger owns
  return sizeof(scaling::Trigger) + kNodes + 2 * key.size();
}

}  // namespace

std::optional<base::SteadyTime> LastSigns::Look(const scaling::Trigger& trigger, bool sign,
                                                base::SteadyTime now) {
  std::string key = KeyOf(trigger);
  // Whatever of it the key does not tell may have been edited since.
  auto as_asked = std::make_shared<const scaling::Trigger>(trigger);
  base::MutexLock lock(mutex_);
  const auto [at, is_new] = known_.try_emplace(std::move(key));
  Known& known = at->second;
  known.trigger = std::move(as_asked);
  known.asked_at = now;
  if (sign) known.sign = now;
  const auto last = known.sign;
  if (is_new) {
    bytes_ += BytesOf(at->first);
    ForgetUnasked();
  }
  return last;
}

std::optional<base::SteadyTime> LastSigns::See(const scaling::Trigger& trigger, bool sign,
                                               base::SteadyTime now) {
  if (!sign) return Peek(trigger, sign, now);
  const std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  if (const auto found = known_.find(key); found != known_.end()) found->second.sign = now;
  return now;
}

std::optional<base::SteadyTime> LastSigns::Peek(const scaling::Trigger& trigger, bool sign,
                                                base::SteadyTime now) const {
  if (sign) return now;
  const std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  const auto found = known_.find(key);
  return found != known_.end() ? found->second.sign : std::nullopt;
}

void LastSigns::Meet(const scaling::Trigger& trigger) {
  const std::string key = KeyOf(trigger);
  base::MutexLock lock(mutex_);
  if (const auto found = known_.find(key); found != known_.end()) found->second.sign.reset();
}

bool LastSigns::Follow(const std::function<void(const scaling::Trigger&)>& see,
                       base::SteadyTime now, const std::function<bool()>& enough) {
  size_t left = 0;
  {
    base::MutexLock lock(mutex_);
    left = known_.size();
  }
  while (const auto trigger = TakeTurn(now, left)) {
    see(*trigger);
    if (left > 0 && enough()) return false;
  }
  return true;
}

void LastSigns::ForgetUnasked() {
  while (known_.size() > kMost || bytes_ > kMostBytes) {
    const auto longest = std::min_element(
        known_.begin(), known_.end(), [](const auto& one, const auto& other) {
          return one.second.asked_at < other.second.asked_at;
        });
    bytes_ -= BytesOf(longest->first);
    known_.erase(longest);
  }
}

std::shared_ptr<const scaling::Trigger> LastSigns::TakeTurn(base::SteadyTime now, size_t& left) {
  base::MutexLock lock(mutex_);
  while (left > 0) {
    --left;
    auto next = known_.upper_bound(turn_);
    if (next == known_.end()) next = known_.begin();
    turn_ = next->first;
    if (now - next->second.asked_at <= kFollow) return next->second.trigger;
  }
  return nullptr;
}

}  // namespace gpuscaler::serving
