// Windows, intervals and caches.
#include <algorithm>

#include "base/time.h"
#include "lint/rules.h"
#include "scaling/number.h"

namespace gpuscaler::lint {
namespace {

constexpr int64_t kLongestHeartbeatSeconds = 60;

void WindowBeyondStabilization(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || trigger.read->window == base::Duration::zero()) return;
  const auto& down = trigger.object->object->behavior.scale_down;
  if (!down || !down->stabilization_window_seconds) return;
  const double window = base::ToSeconds(trigger.read->window);
  if (window <= static_cast<double>(*down->stabilization_window_seconds)) return;
  findings.Add(
      trigger.LineOf("window"), "window is ", scaling::NumberText(window),
      " s, above scaleDown.stabilizationWindowSeconds ", *down->stabilization_window_seconds,
      " s: HPA acts on a value that still holds load which it has forgotten; give a shorter "
      "window, or stabilize for longer");
}

void NoStabilization(const CheckedObject& checked, Findings& findings) {
  const auto& down = checked.object->behavior.scale_down;
  if (!down || down->stabilization_window_seconds != 0) return;
  const auto of_workload = [](const CheckedTrigger& trigger) {
    return trigger.read && trigger.read->workload;
  };
  if (std::none_of(checked.triggers.begin(), checked.triggers.end(), of_workload)) return;
  findings.Add(checked.LineOf("spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown."
                              "stabilizationWindowSeconds"),
               "scaleDown.stabilizationWindowSeconds is 0: when all pods are replaced at once, the "
               "workload has no GPU for a moment, and HPA takes that 0 for idle; give 60 or more");
}

void Heartbeat(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || !trigger.Has("pollIntervalSeconds")) return;
  const int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(trigger.read->heartbeat).count();
  const int line = trigger.LineOf("pollIntervalSeconds");
  if (trigger.source->type == "external") {
    findings.Add(line,
                 "pollIntervalSeconds is the heartbeat of external-push's stream, and does nothing "
                 "with type external; how often KEDA asks is the ScaledObject's pollingInterval");
  } else if (seconds > kLongestHeartbeatSeconds) {
    findings.Add(line, "pollIntervalSeconds is ", seconds,
                 ": KEDA drops a push that comes before the HPA "
                 "exists, and learns of it again only with the next heartbeat; give ",
                 kLongestHeartbeatSeconds, " or less (default 10)");
  }
}

void CachedMetrics(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.source->use_cached_metrics) return;
  findings.Add(trigger.source->places.LineOf("useCachedMetrics"),
               "useCachedMetrics: HPA gets the value of KEDA's last poll, up to ",
               trigger.object->object->polling_interval_seconds,
               " s old (pollingInterval); the scaler answers from memory, so leave it out");
}

constexpr RuleRow kRows[] = {
    {"window-beyond-stabilization", Severity::kWarning,
     "A `window` longer than HPA's stabilization",
     "`window` averages the value over the past, and HPA takes the highest recommendation of its "
     "own stabilization window when it scales down. A window that reaches further back than that "
     "makes scaling slow in both directions and calm in none.",
     "A `window` of at most `scaleDown.stabilizationWindowSeconds` (300 where it is not given).",
     nullptr, WindowBeyondStabilization},
    {"no-stabilization", Severity::kWarning, "HPA scales down at once",
     "Where all pods of a workload go together (a Recreate rollout, the drain of its only node), "
     "for a moment none holds a GPU, and its value is 0: that is the truth, and HPA forgets it "
     "only by its stabilization of scale-down.",
     "Leave `scaleDown.stabilizationWindowSeconds` out (300), or give 60 or more.",
     NoStabilization},
    {"heartbeat", Severity::kInfo, "A `pollIntervalSeconds` that does not do what it says",
     "It is how often an unchanged state is repeated on the stream of external-push. Changes are "
     "pushed at once, whatever it is. KEDA's own polling is `pollingInterval` of the ScaledObject.",
     "Leave it out, or give 10.", nullptr, Heartbeat},
    {"cached-metrics", Severity::kWarning,
     "`useCachedMetrics` with a scaler that answers from memory",
     "KEDA then answers HPA with the value of its last poll instead of asking: up to "
     "pollingInterval "
     "(30 s) old. It is meant for sources that are slow or charge for each call.",
     "Leave `useCachedMetrics` out.", nullptr, CachedMetrics},
};

}  // namespace

std::span<const RuleRow> TimingRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
