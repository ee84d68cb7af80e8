#include "simulation/simulated_object.h"

#include <chrono>
#include <utility>

#include "base/strings.h"
#include "manifests/hpa_limits.h"

namespace gpuscaler::simulation {
namespace {

std::chrono::seconds Seconds(int64_t seconds) {
  return std::chrono::seconds(seconds);
}

Fallback ToFallback(const manifests::Fallback& given) {
  Fallback fallback = {given.failure_threshold, given.replicas, FallbackBehavior::kStatic};
  struct Row {
    std::string_view name;
    FallbackBehavior behavior;
  };
  constexpr Row kRows[] = {
      {"currentReplicas", FallbackBehavior::kCurrentReplicas},
      {"currentReplicasIfHigher", FallbackBehavior::kCurrentReplicasIfHigher},
      {"currentReplicasIfLower", FallbackBehavior::kCurrentReplicasIfLower},
  };
  for (const Row& row : kRows) {
    if (given.behavior == row.name) fallback.behavior = row.behavior;
  }
  return fallback;
}

absl::StatusOr<SimulatedTrigger> ToTrigger(const manifests::ScaledObjectTrigger& given,
                                           const std::string& object_namespace) {
  std::vector<scaling::MetadataEntry> metadata;
  for (const auto& [key, value] : given.metadata) metadata.push_back({key, value});
  auto trigger = scaling::ParseTrigger(metadata, object_namespace);
  if (!trigger.ok()) return trigger.status();
  return SimulatedTrigger{*std::move(trigger), given.hpa_metric_type,
                          given.type == "external-push"};
}

absl::Status Check(const manifests::ScaledObject& object, const std::string& name) {
  if (object.triggers.empty()) {
    return absl::InvalidArgumentError(
        base::StrCat(name, " has no trigger of type external or external-push"));
  }
  if (object.has_scaling_modifiers) {
    return absl::InvalidArgumentError(base::StrCat(
        name, " makes its number by a formula (scalingModifiers), which is not simulated"));
  }
  if (object.polling_interval_seconds < 1) {
    return absl::InvalidArgumentError(base::StrCat(
        name, ": pollingInterval is ", object.polling_interval_seconds, "; it must be 1 or more"));
  }
  const int64_t least = object.min_replicas > 0 ? object.min_replicas : 1;
  if (least > object.max_replicas) {
    return absl::InvalidArgumentError(base::StrCat(
        name, ": maxReplicaCount is ", object.max_replicas, "; it must be ", least, " or more"));
  }
  return absl::OkStatus();
}

}  // namespace

KedaSettings KedaSettingsOf(const manifests::ScaledObject& object) {
  KedaSettings keda;
  keda.min_replicas = object.min_replicas;
  keda.max_replicas = object.max_replicas;
  keda.idle_replicas = object.idle_replicas;
  keda.polling_interval = Seconds(object.polling_interval_seconds);
  keda.cooldown = Seconds(object.cooldown_seconds);
  keda.initial_cooldown = Seconds(object.initial_cooldown_seconds);
  if (object.fallback) keda.fallback = ToFallback(*object.fallback);
  return keda;
}

absl::StatusOr<SimulatedObject> FromManifest(const manifests::ScaledObject& object) {
  SimulatedObject simulated;
  simulated.name = base::StrCat(object.object_namespace, "/", object.name);
  if (absl::Status checked = Check(object, simulated.name); !checked.ok()) return checked;
  for (size_t i = 0; i < object.triggers.size(); ++i) {
    auto trigger = ToTrigger(object.triggers[i], object.object_namespace);
    if (!trigger.ok()) {
      return absl::InvalidArgumentError(base::StrCat(simulated.name, ", external trigger ", i, ": ",
                                                     base::Message(trigger.status())));
    }
    simulated.triggers.push_back(*std::move(trigger));
  }
  simulated.keda = KedaSettingsOf(object);
  simulated.limits = manifests::HpaLimitsOf(object);
  simulated.tolerances = manifests::HpaTolerancesOf(object);
  return simulated;
}

}  // namespace gpuscaler::simulation
