#include "scaling/evaluation.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <utility>

#include "catalog/aggregations.h"
#include "scaling/no_value.h"

namespace gpuscaler::scaling {
namespace {

// Far above any reading, and still exact in KEDA's thousandths: only a sum of
// nonsense ends here.
constexpr double kLargestValue = 9e12;

// Judges every GPU and counts; answers whether one exceeds the threshold.
bool JudgeAll(const Trigger& trigger, base::SteadyTime now, base::Duration stale_after,
              Evaluation& evaluation) {
  size_t gpus = 0;
  for (const auto& node : evaluation.view->nodes) gpus += node->gpus.size();
  evaluation.gpus.reserve(gpus);

  bool exceeds = false;
  for (const auto& node : evaluation.view->nodes) {
    bool expected = node->gpus.empty() && IsUnknown(*node);
    const size_t counted_before = evaluation.counted;
    for (const telemetry::GpuSnapshot& gpu : node->gpus) {
      const GpuPart part = Judge(trigger, *node, gpu, now, stale_after);
      evaluation.gpus.push_back(part);
      expected = expected || IsExpected(part.part);
      if (part.part != Part::kCounted) continue;
      ++evaluation.counted;
      exceeds = exceeds || part.value > trigger.activation_threshold;
    }
    if (expected) ++evaluation.nodes;
    if (evaluation.counted > counted_before) ++evaluation.fresh_nodes;
  }
  return exceeds;
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
  const double combined = catalog::Row(aggregation).combine(values);
  return std::clamp(combined, -kLargestValue, kLargestValue);
}

}  // namespace

absl::StatusOr<Evaluation> Evaluate(const Trigger& trigger,
                                    std::shared_ptr<const telemetry::View> view,
                                    base::SteadyTime now, const EvaluationLimits& limits) {
  assert(view != nullptr);
  Evaluation evaluation;
  evaluation.view = std::move(view);
  evaluation.evaluated_at = now;
  const bool gpu_exceeds = JudgeAll(trigger, now, limits.stale_after, evaluation);
  if (evaluation.counted == 0) return NothingCounted(trigger, evaluation);
  // Without one of its terms a sum is smaller than what it stands for: that GPU
  // would count as zero. One that is lost has no load, and drops out.
  if (trigger.aggregation == catalog::Aggregation::kSum) {
    const auto unknown =
        std::find_if(evaluation.gpus.begin(), evaluation.gpus.end(), [](const GpuPart& part) {
          return part.part == Part::kStale || part.part == Part::kNeverRead;
        });
    if (unknown != evaluation.gpus.end()) return MissingTerm(trigger, evaluation, *unknown);
  }
  if (100.0 * static_cast<double>(evaluation.fresh_nodes) <
      trigger.min_coverage_percent * static_cast<double>(evaluation.nodes)) {
    return TooFewNodes(trigger, evaluation);
  }

  evaluation.aggregate = Aggregate(trigger.aggregation, evaluation);
  // KEDA takes a negative value for 0; a temperature can be one.
  evaluation.value = std::max(evaluation.aggregate, 0.0);

  if (gpu_exceeds) {
    evaluation.active_reason = ActiveReason::kGpuExceeds;
  } else if (evaluation.aggregate > trigger.activation_threshold) {
    evaluation.active_reason = ActiveReason::kAggregateExceeds;
  } else if (trigger.always_active) {
    evaluation.active_reason = ActiveReason::kAlwaysActive;
  }
  evaluation.active = evaluation.active_reason != ActiveReason::kNothingExceeds;
  return evaluation;
}

}  // namespace gpuscaler::scaling
