#include "scaling/no_value.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "catalog/metrics.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

using telemetry::LaneState;
using telemetry::Snapshot;

// Messages name this many and then a count.
constexpr size_t kMostNamed = 3;

// "a; b; c; and 5 more" of `count` items, the first of which are given.
std::string Listed(const std::vector<std::string>& items, size_t count,
                   std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < std::min(items.size(), kMostNamed); ++i) {
    base::StrAppend(&text, text.empty() ? std::string_view() : separator, items[i]);
  }
  const size_t named = std::min(items.size(), kMostNamed);
  if (count > named) base::StrAppend(&text, separator, "and ", count - named, " more");
  return text;
}
std::string Listed(const std::vector<std::string>& items, std::string_view separator) {
  return Listed(items, items.size(), separator);
}

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

// "node-a: who holds its GPUs is not known: the kubelet ...".
std::string WhyUntold(const Snapshot& node, base::SteadyTime now) {
  if (node.ownership == nullptr) {
    return base::StrCat(node.node, " does not ask its kubelet who holds its GPUs");
  }
  const telemetry::Ownership& ownership = *node.ownership;
  const bool ever = ownership.listed_at != base::SteadyTime();
  return base::StrCat(node.node, ": who holds its GPUs is not known",
                      ever ? base::StrCat(" for ", base::FormatSeconds(now - ownership.listed_at))
                           : std::string(" yet"),
                      ownership.status.ok() ? "" : ": ", base::Message(ownership.status));
}

std::string WhyMissing(const Trigger& trigger, const Replica& replica, base::SteadyTime now) {
  for (const ReplicaPod& pod : replica.pods) {
    if (pod.state != ReplicaState::kMissing) continue;
    if (!pod.told) return base::StrCat(replica.name, " on ", WhyUntold(*pod.node, now));
    if (pod.gpus.empty()) {
      return base::StrCat(replica.name, " holds ", pod.pod->gpus.front(), ", which ",
                          pod.node->node, " does not show");
    }
    return base::StrCat(replica.name, " on ", WhichGpu(pod.gpus.front()), ": ",
                        WhyLeftOut(pod.gpus.front(), trigger.metric, now));
  }
  return std::string(replica.name);
}

}  // namespace

bool IsUnknown(const Snapshot& node) {
  return node.gpus.empty() &&
         std::none_of(node.lanes.begin(), node.lanes.end(), [](const LaneState& state) {
           return state.sampled_at != base::SteadyTime() && state.status.ok();
         });
}

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

absl::Status CheckReplicas(const Trigger& trigger, const Evaluation& evaluation) {
  const WorkloadParts& workload = evaluation.workload;
  const base::SteadyTime now = evaluation.evaluated_at;
  const size_t known = workload.fresh + workload.warming + workload.missing;
  const std::string which = WhichWorkload(*trigger.workload);
  if (known == 0) {
    if (!workload.outside.empty()) {
      std::vector<std::string> gpus;
      for (const GpuPart& part : workload.outside) {
        gpus.push_back(base::StrCat(WhichGpu(part), ": ", WhyLeftOut(part, trigger.metric, now)));
      }
      return absl::FailedPreconditionError(base::StrCat(
          MetricName(trigger), " of ", which, ": none of its GPUs counts: ", Listed(gpus, "; ")));
    }
    if (evaluation.view->nodes().empty()) {
      return absl::UnavailableError(base::StrCat("no ", MetricName(trigger), " of ", which,
                                                 ": no data has arrived yet from any node"));
    }
    if (workload.untold.count == 0) return absl::OkStatus();
    std::vector<std::string> untold;
    for (const Snapshot* node : workload.untold.first) untold.push_back(WhyUntold(*node, now));
    return absl::UnavailableError(base::StrCat("no replica of ", which,
                                               " is known, and it may be where nobody tells: ",
                                               Listed(untold, workload.untold.count, "; ")));
  }
  const double percent = 100 * static_cast<double>(workload.fresh) / static_cast<double>(known);
  const bool none = workload.fresh + workload.warming == 0;
  if (!none && percent >= trigger.min_coverage_percent) return absl::OkStatus();
  std::vector<std::string> missing;
  for (const Replica& replica : workload.replicas) {
    if (replica.state == ReplicaState::kMissing) {
      missing.push_back(WhyMissing(trigger, replica, now));
    }
  }
  return absl::UnavailableError(
      base::StrCat("only ", workload.fresh, " of ", known, " replicas of ", which, " (",
                   NumberText(percent), "%) have a fresh ", MetricName(trigger),
                   none ? std::string()
                        : base::StrCat(", less than minCoveragePercent (",
                                       NumberText(trigger.min_coverage_percent), "%)"),
                   missing.empty() ? "" : "; missing: ", Listed(missing, "; ")));
}

}  // namespace gpuscaler::scaling
