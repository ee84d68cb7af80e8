#include "scaling/aggregate.h"

#include <algorithm>
#include <array>
#include <vector>

#include "scaling/no_value.h"

namespace gpuscaler::scaling {

double Combined(catalog::Aggregation aggregation, std::span<double> values) {
  return std::clamp(catalog::Row(aggregation).combine(values), -kLargestValue, kLargestValue);
}

double Aggregate(catalog::Aggregation aggregation, const Evaluation& evaluation) {
  std::array<double, 64> few;
  std::vector<double> many;
  if (evaluation.counted > few.size()) many.resize(evaluation.counted);
  const std::span<double> values =
      many.empty() ? std::span<double>(few).first(evaluation.counted) : std::span<double>(many);
  size_t place = 0;
  for (const GpuPart& part : evaluation.gpus) {
    if (part.part == Part::kCounted) values[place++] = part.value;
  }
  return Combined(aggregation, values);
}

double AggregateByPod(const Trigger& trigger, const Evaluation& evaluation) {
  std::vector<double> of_pods;
  for (const Replica& replica : evaluation.workload.replicas) {
    if (replica.state != ReplicaState::kFresh) continue;
    for (const ReplicaPod& pod : replica.pods) {
      std::vector<double> values;
      for (const GpuPart& part : pod.gpus) {
        if (part.part == Part::kCounted) values.push_back(part.value);
      }
      if (!values.empty()) of_pods.push_back(Combined(*trigger.pod_aggregation, values));
    }
  }
  return Combined(trigger.aggregation, of_pods);
}

absl::Status CheckTerms(const Trigger& trigger, const Evaluation& evaluation) {
  if (trigger.aggregation != catalog::Aggregation::kSum) return absl::OkStatus();
  const auto unknown =
      std::find_if(evaluation.gpus.begin(), evaluation.gpus.end(), [](const GpuPart& part) {
        return part.part == Part::kStale || part.part == Part::kNeverRead;
      });
  if (unknown == evaluation.gpus.end()) return absl::OkStatus();
  return MissingTerm(trigger, evaluation, *unknown);
}

}  // namespace gpuscaler::scaling
