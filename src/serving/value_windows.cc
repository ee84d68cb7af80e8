#include "serving/value_windows.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace gpuscaler::serving {
namespace {

size_t BytesOf(const std::string& key, const scaling::Trigger& trigger) {
  constexpr size_t kNodes = 256;  // of the list and the index
  return kNodes + 2 * key.size() + scaling::BytesOf(trigger) +
         scaling::ValueHistory::MostBytes(trigger.window);
}

}  // namespace

absl::StatusOr<double> ValueWindows::Ask(const std::string& key, const scaling::Trigger& trigger,
                                         double value, base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) {
    const size_t bytes = BytesOf(key, trigger);
    if (!MakeRoom(bytes, now)) {
      return absl::ResourceExhaustedError(
          base::StrCat("no room for another window: ", windows_.size(), " triggers have one (",
                       bytes_ >> 20, " MiB); allowed are ", kMost, " in ", kMostBytes >> 20,
                       " MiB. Leave `window` out where it is not needed"));
    }
    windows_.push_back({key, trigger, scaling::ValueHistory(trigger.window), now, now, bytes});
    by_key_.emplace(windows_.back().key, std::prev(windows_.end()));
    bytes_ += bytes;
  } else {
    if (next_ == known->second) ++next_;
    windows_.splice(windows_.end(), windows_, known->second);
  }
  Window& window = windows_.back();
  window.asked_at = now;
  window.turn_at = now;
  window.history.Add(now, value);
  return window.history.Average(now, trigger.window).value_or(value);
}

std::optional<double> ValueWindows::Peek(const std::string& key, const scaling::Trigger& trigger,
                                         double value, base::SteadyTime now) const {
  base::MutexLock lock(mutex_);
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) return std::nullopt;
  scaling::ValueHistory history = known->second->history;
  history.Add(now, value);
  return history.Average(now, trigger.window).value_or(value);
}

bool ValueWindows::Record(const Evaluate& evaluate, base::SteadyTime now,
                          const std::function<bool()>& enough) {
  size_t left = 0;
  {
    base::MutexLock lock(mutex_);
    ForgetUnasked(kForgetAfter, now, 0, 0);
    left = windows_.size();
  }
  // Nobody but this thread takes a window away, so it is there without the lock.
  while (Window* const window = TakeTurn(now, left)) {
    const absl::StatusOr<double> value = evaluate(window->trigger);
    // A moment without fresh data is no value, not a zero.
    if (value.ok()) {
      base::MutexLock lock(mutex_);
      window->history.Add(now, *value);
    }
    if (left > 0 && enough()) return false;
  }
  return true;
}

size_t ValueWindows::size() const {
  base::MutexLock lock(mutex_);
  return windows_.size();
}

ValueWindows::Window* ValueWindows::TakeTurn(base::SteadyTime now, size_t& left) {
  base::MutexLock lock(mutex_);
  while (left > 0) {
    --left;
    if (next_ == windows_.end()) next_ = windows_.begin();
    Window& window = *next_++;
    if (scaling::SecondOf(window.turn_at) == scaling::SecondOf(now)) continue;
    window.turn_at = now;
    return &window;
  }
  return nullptr;
}

bool ValueWindows::MakeRoom(size_t bytes, base::SteadyTime now) {
  if (bytes > kMostBytes) return false;
  ForgetUnasked(kSpareAfter, now, kMost - 1, kMostBytes - bytes);
  return windows_.size() < kMost && bytes_ + bytes <= kMostBytes;
}

// Until there are `most` of `most_bytes` left.
void ValueWindows::ForgetUnasked(base::Duration since, base::SteadyTime now, size_t most,
                                 size_t most_bytes) {
  while ((windows_.size() > most || bytes_ > most_bytes) &&
         now - windows_.front().asked_at > since) {
    if (next_ == windows_.begin()) ++next_;
    bytes_ -= windows_.front().bytes;
    by_key_.erase(windows_.front().key);
    windows_.pop_front();
  }
}

}  // namespace gpuscaler::serving
