#include "serving/value_windows.h"

#include <algorithm>

namespace gpuscaler::serving {

double ValueWindows::Ask(const std::string& key, const scaling::Trigger& trigger, double value,
                         base::SteadyTime now) {
  auto at = windows_.find(key);
  if (at == windows_.end()) {
    MakeRoom();
    at = windows_.emplace(key, Window{trigger, {}, now}).first;
  }
  Window& window = at->second;
  window.asked_at = now;
  window.history.Add(now, value);
  return window.history.Average(now, trigger.window).value_or(value);
}

void ValueWindows::Record(const std::shared_ptr<const telemetry::View>& view, base::SteadyTime now,
                          const scaling::EvaluationLimits& limits) {
  std::erase_if(windows_,
                [now](const auto& held) { return now - held.second.asked_at > kForgetAfter; });
  for (auto& [key, window] : windows_) {
    const auto evaluation = scaling::Evaluate(window.trigger, view, now, limits);
    // A moment without fresh data is no value, not a zero.
    if (evaluation.ok()) window.history.Add(now, evaluation->value);
  }
}

void ValueWindows::MakeRoom() {
  if (windows_.size() < kMost) return;
  windows_.erase(
      std::min_element(windows_.begin(), windows_.end(), [](const auto& one, const auto& other) {
        return one.second.asked_at < other.second.asked_at;
      }));
}

}  // namespace gpuscaler::serving
