// The histories of the triggers that ask for a `window`.
//
// A trigger's history begins when it is first asked for and ends when nobody
// has asked for ten minutes. The gRPC loop's thread only.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"
#include "scaling/value_history.h"
#include "telemetry/view.h"

namespace gpuscaler::serving {

class ValueWindows {
 public:
  // At most this many histories; the one that was asked for longest ago goes.
  static constexpr size_t kMost = 512;
  static constexpr base::Duration kForgetAfter = std::chrono::minutes(10);

  // Takes `value`, just evaluated, into the history of `trigger`, which `key`
  // names, and answers the average over its window.
  double Ask(const std::string& key, const scaling::Trigger& trigger, double value,
             base::SteadyTime now);

  // On each new snapshot: takes every known trigger's value into its history.
  void Record(const std::shared_ptr<const telemetry::View>& view, base::SteadyTime now,
              const scaling::EvaluationLimits& limits);

  size_t size() const { return windows_.size(); }

 private:
  struct Window {
    scaling::Trigger trigger;
    scaling::ValueHistory history;
    base::SteadyTime asked_at;
  };
  void MakeRoom();

  std::unordered_map<std::string, Window> windows_;
};

}  // namespace gpuscaler::serving
