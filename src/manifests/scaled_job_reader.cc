#include "manifests/scaled_job_reader.h"

#include "base/strings.h"
#include "manifests/go_float.h"
#include "manifests/map_reader.h"
#include "manifests/object_head.h"
#include "manifests/trigger_reader.h"

namespace gpuscaler::manifests {
namespace {

// KEDA 2.21's API (apis/keda/v1alpha1/scaledjob_types.go).
constexpr std::string_view kSpecFields[] = {
    "jobTargetRef",           "pollingInterval", "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit", "rolloutStrategy", "rollout",
    "envSourceContainerName", "minReplicaCount", "maxReplicaCount",
    "scalingStrategy",        "triggers"};
struct CountRow {
  std::string_view field;
  int64_t least;
};
constexpr CountRow kCounts[] = {{"pollingInterval", 1},
                                {"successfulJobsHistoryLimit", 0},
                                {"failedJobsHistoryLimit", 0},
                                {"minReplicaCount", 0},
                                {"maxReplicaCount", 1}};
constexpr std::string_view kRollouts[] = {"gradual", "immediate"};
constexpr std::string_view kRolloutFields[] = {"strategy", "propagationPolicy"};
constexpr std::string_view kPropagationPolicies[] = {"foreground", "background"};
constexpr std::string_view kStrategyFields[] = {
    "strategy", "customScalingQueueLengthDeduction", "customScalingRunningJobPercentage",
    "pendingPodConditions", "multipleScalersCalculation"};
constexpr std::string_view kStrategies[] = {"default", "custom", "accurate", "eager"};
constexpr std::string_view kCalculations[] = {"min", "avg", "sum", "max"};
// Kubernetes' JobSpec.
constexpr std::string_view kJobFields[] = {"activeDeadlineSeconds",
                                           "backoffLimit",
                                           "backoffLimitPerIndex",
                                           "completionMode",
                                           "completions",
                                           "managedBy",
                                           "manualSelector",
                                           "maxFailedIndexes",
                                           "parallelism",
                                           "podFailurePolicy",
                                           "podReplacementPolicy",
                                           "selector",
                                           "successPolicy",
                                           "suspend",
                                           "template",
                                           "ttlSecondsAfterFinished"};

void CheckRollout(const MapReader& spec) {
  spec.OneOf("rolloutStrategy", kRollouts);
  const MapReader rollout = spec.Map("rollout");
  rollout.CheckFields("rollout", kRolloutFields);
  rollout.OneOf("strategy", kRollouts);
  rollout.OneOf("propagationPolicy", kPropagationPolicies);
}

void CheckScalingStrategy(const MapReader& strategy) {
  strategy.CheckFields("scalingStrategy", kStrategyFields);
  strategy.OneOf("strategy", kStrategies);
  strategy.Whole("customScalingQueueLengthDeduction", INT32_MIN, INT32_MAX);
  // KEDA goes by the default strategy, and does not say so, where it cannot read it.
  constexpr std::string_view kPercentage = "customScalingRunningJobPercentage";
  const auto percentage = strategy.Text(kPercentage);
  if (percentage && !percentage->empty() && !ReadGoFloat(*percentage)) {
    const YamlEntry& entry = *strategy.Find(kPercentage);
    strategy.Fail(entry.line, base::StrCat(strategy.PathOf(kPercentage), " is ",
                                           Shown(*entry.value), "; it must be a number like 0.5"));
  }
  strategy.CheckTextList("pendingPodConditions");
  strategy.OneOf("multipleScalersCalculation", kCalculations);
}

void CheckJob(const MapReader& spec, const Places& places) {
  if (!places.Has("spec.jobTargetRef")) {
    if (places.IsRefused("spec")) return;
    spec.Fail(places.LineOf("spec.jobTargetRef"),
              "a ScaledJob without jobTargetRef; give the Job's spec, with template");
    return;
  }
  const MapReader job = spec.Map("jobTargetRef");
  job.CheckFields("jobTargetRef", kJobFields);
  if (spec.HasMap("jobTargetRef") && job.Find("template") == nullptr) {
    job.Fail(places.LineOf("spec.jobTargetRef"),
             "jobTargetRef lacks template; give that of the Job's pods");
  }
  job.Map("template");
}

}  // namespace

ScaledObject ReadScaledJob(const YamlNode& root, Problems& problems) {
  ScaledObject job;
  job.is_job = true;
  job.places = Places(root.line);
  const MapReader map(&root, "", job.places, problems);
  ObjectHead head = ReadObjectHead(map, "a ScaledJob", job.places);
  job.name = std::move(head.name);
  if (!head.object_namespace.empty()) job.object_namespace = std::move(head.object_namespace);
  const MapReader spec = map.Map("spec");
  spec.CheckFields("a ScaledJob's spec", kSpecFields);
  CheckJob(spec, job.places);
  for (const CountRow& row : kCounts) spec.Whole(row.field, row.least, INT32_MAX);
  CheckRollout(spec);
  spec.Text("envSourceContainerName");
  CheckScalingStrategy(spec.Map("scalingStrategy"));
  ReadTriggers(spec, job, problems);
  return job;
}

}  // namespace gpuscaler::manifests
