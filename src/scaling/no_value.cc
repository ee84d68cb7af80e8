#include "scaling/no_value.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "catalog/metrics.h"
#include "scaling/listed.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

using telemetry::LaneState;
using telemetry::Snapshot;

std::string WhyUnknown(const Snapshot& node, catalog::Lane lane) {
  const LaneState* told = &node.lane(lane);
  for (const LaneState& state : node.lanes) {
    if (told->status.ok()) told = &state;
  }
  const bool never = std::all_of(node.lanes.begin(), node.lanes.end(), [](const LaneState& state) {
    return state.sampled_at == base::SteadyTime();
  });
  return base::StrCat(node.node, ": ", never ? "no data has arrived yet" : "no GPU is known",
                      told->status.ok() ? "" : ": ", base::Message(told->status));
}

std::string MetricName(const Trigger& trigger) {
  return std::string(catalog::Row(trigger.metric).name);
}

// Nobody has a GPU to speak of.
absl::Status NoGpu(const Trigger& trigger, const Evaluation& evaluation) {
  std::vector<std::string> unknown;
  std::vector<std::string> without;
  for (const auto& node : evaluation.view->nodes()) {
    if (IsUnknown(*node)) {
      unknown.push_back(WhyUnknown(*node, catalog::Row(trigger.metric).lane));
    } else {
      without.push_back(node->node);
    }
  }
  if (evaluation.view->nodes().empty()) {
    return absl::UnavailableError(
        base::StrCat("no ", MetricName(trigger), ": no data has arrived yet from any node"));
  }
  if (!unknown.empty()) {
    return absl::UnavailableError(
        base::StrCat("no ", MetricName(trigger), ": ", Listed(unknown, "; ")));
  }
  return absl::FailedPreconditionError(
      base::StrCat("no ", MetricName(trigger), ": ", Listed(without, ", "), " without any GPU"));
}

absl::Status NoSuchIndex(const Trigger& trigger, const Evaluation& evaluation) {
  std::set<uint32_t> indices;
  for (const GpuPart& part : evaluation.gpus) indices.insert(part.gpu->identity->index);
  std::string text;
  for (const uint32_t index : indices) {
    base::AppendItem(&text, index);
    if (text.size() > 128) {
      text += ", ...";
      break;
    }
  }
  return absl::FailedPreconditionError(base::StrCat(
      "gpuIndex ", *trigger.gpu_index, ": no GPU in view has this index; there are: ", text));
}

absl::Status NoneHasTheMetric(const Trigger& trigger, const Evaluation& evaluation) {
  std::set<std::string> names;
  for (const GpuPart& part : evaluation.gpus) {
    if (part.part == Part::kUnsupported) names.insert(WhichGpu(part));
  }
  return absl::FailedPreconditionError(base::StrCat(
      MetricName(trigger),
      ": no GPU in view has this metric: ", Listed({names.begin(), names.end()}, ", ")));
}

}  // namespace

absl::Status NothingCounted(const Trigger& trigger, const Evaluation& evaluation) {
  if (evaluation.gpus.empty()) return NoGpu(trigger, evaluation);
  std::vector<std::string> why;
  bool selected = false;
  for (const GpuPart& part : evaluation.gpus) {
    if (part.part != Part::kOtherIndex) selected = true;
    if (!IsExpected(part.part)) continue;
    why.push_back(base::StrCat(WhichGpu(part), ": ",
                               WhyLeftOut(part, trigger.metric, evaluation.evaluated_at)));
  }
  if (!selected) return NoSuchIndex(trigger, evaluation);
  if (why.empty()) return NoneHasTheMetric(trigger, evaluation);
  return absl::UnavailableError(
      base::StrCat("no fresh ", MetricName(trigger), ": ", Listed(why, "; ")));
}

absl::Status MissingTerm(const Trigger& trigger, const Evaluation& evaluation,
                         const GpuPart& unknown) {
  return absl::UnavailableError(
      base::StrCat("the sum of ", MetricName(trigger), " lacks ", WhichGpu(unknown), ": ",
                   WhyLeftOut(unknown, trigger.metric, evaluation.evaluated_at)));
}

absl::Status TooFewNodes(const Trigger& trigger, const Evaluation& evaluation) {
  std::vector<std::string> silent;
  auto part = evaluation.gpus.begin();
  for (const auto& node : evaluation.view->nodes()) {
    bool counted = false;
    std::string why = IsUnknown(*node) ? WhyUnknown(*node, catalog::Row(trigger.metric).lane) : "";
    for (; part != evaluation.gpus.end() && part->node == node.get(); ++part) {
      counted = counted || part->part == Part::kCounted;
      if (!why.empty() || !IsExpected(part->part)) continue;
      why = base::StrCat(WhichGpu(*part), ": ",
                         WhyLeftOut(*part, trigger.metric, evaluation.evaluated_at));
    }
    if (!counted && !why.empty()) silent.push_back(std::move(why));
  }
  const double percent =
      100 * static_cast<double>(evaluation.fresh_nodes) / static_cast<double>(evaluation.nodes);
  return absl::UnavailableError(base::StrCat(
      "only ", evaluation.fresh_nodes, " of ", evaluation.nodes, " nodes (", NumberText(percent),
      "%) have a fresh ", MetricName(trigger), ", less than minCoveragePercent (",
      NumberText(trigger.min_coverage_percent), "%); silent: ", Listed(silent, "; ")));
}

}  // namespace gpuscaler::scaling
