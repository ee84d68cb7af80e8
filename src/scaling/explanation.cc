#include "scaling/explanation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "catalog/aggregations.h"
#include "catalog/metrics.h"
#include "engines/endpoint/shown_url.h"
#include "scaling/active_reason.h"
#include "scaling/hpa.h"
#include "scaling/number.h"
#include "scaling/value_limits.h"

namespace gpuscaler::scaling {
namespace {

// A large cluster has tens of thousands of GPUs.
constexpr size_t kMostGpusTold = 64;

struct Lines {
  std::vector<std::string> text;
  template <class... Pieces>
  void Add(const Pieces&... pieces) {
    text.push_back(base::StrCat(pieces...));
  }
};

void AddGpus(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const catalog::MetricRow& metric = catalog::Row(trigger.metric);
  const size_t told = std::min(evaluation.gpus.size(), kMostGpusTold);
  for (size_t i = 0; i < told; ++i) {
    const GpuPart& part = evaluation.gpus[i];
    if (part.part == Part::kCounted) {
      lines.Add(WhichGpu(part), ": ", NumberText(part.value), " ", metric.unit);
    } else {
      lines.Add(WhichGpu(part), ": left out, ",
                WhyLeftOut(part, trigger.metric, evaluation.evaluated_at));
    }
  }
  if (told < evaluation.gpus.size()) {
    lines.Add("and ", evaluation.gpus.size() - told, " GPUs more");
  }
}

constexpr std::string_view kWarmingMeans = ": young, and nothing has run on its GPUs yet";

void AddReplicas(const Evaluation& evaluation, Lines& lines) {
  const WorkloadParts& workload = evaluation.workload;
  const size_t told = std::min(workload.replicas.size(), kMostGpusTold);
  for (size_t i = 0; i < told; ++i) {
    const Replica& replica = workload.replicas[i];
    std::string where;
    for (const ReplicaPod& pod : replica.pods) base::AppendItem(&where, pod.node->node);
    lines.Add("replica ", replica.name, " on ", where, ": ", StateName(replica.state),
              replica.state == ReplicaState::kWarming ? kWarmingMeans : "");
  }
  if (told < workload.replicas.size()) {
    lines.Add("and ", workload.replicas.size() - told, " replicas more");
  }
  const telemetry::UntoldNodes& untold = workload.untold;
  for (const telemetry::Snapshot* node : untold.first) {
    lines.Add("node ", node->node, " does not tell at present who holds its GPUs");
  }
  if (untold.first.size() < untold.count) {
    lines.Add("and ", untold.count - untold.first.size(), " nodes more do not");
  }
}

void AddCounts(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const WorkloadParts& workload = evaluation.workload;
  lines.Add(WhichWorkload(*trigger.workload), ": ", workload.fresh, " fresh, ", workload.warming,
            " warming, ", workload.missing, " missing replicas");
}

void AddAddresses(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const size_t told = std::min(evaluation.addresses.size(), kMostGpusTold);
  for (size_t i = 0; i < told; ++i) {
    const AddressPart& part = evaluation.addresses[i];
    if (part.why.ok()) {
      lines.Add(part.address, ": ", NumberText(part.value), " ", trigger.engine->unit);
    } else {
      lines.Add(part.address, ": missing, ", base::Message(part.why));
    }
  }
  if (told < evaluation.addresses.size()) {
    lines.Add("and ", evaluation.addresses.size() - told, " addresses more");
  }
}

void AddAcross(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const engines::SignalSource& source = trigger.engine->source;
  lines.Add(catalog::Row(trigger.aggregation).name, " of ", source.signal->name, " over ",
            evaluation.counted, " addresses of ", engines::ShownUrl(source.endpoint.ToUrl()), ", ",
            evaluation.missing_addresses, " missing: ", NumberText(evaluation.aggregate), " ",
            trigger.engine->unit);
}

// How the aggregate became the value: the arithmetic of WorkloadValue in words.
void AddFactor(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const WorkloadParts& workload = evaluation.workload;
  const size_t fresh = trigger.engine ? evaluation.counted : workload.fresh;
  const size_t missing = trigger.engine ? evaluation.missing_addresses : workload.missing;
  const std::string target = NumberText(trigger.target);
  if (fresh + workload.warming + missing == 0) {
    lines.Add("no replica is there: 0");
  } else if (evaluation.held) {
    lines.Add("held: no replica is fresh, so the value is what makes HPA keep what runs");
  } else if (evaluation.value == evaluation.aggregate) {
    lines.Add("the value is the aggregate itself");
  } else if (missing == 0) {
    lines.Add("times ", fresh, " replicas, for HPA divides by the target alone");
  } else {
    const bool sum = trigger.aggregation == catalog::Aggregation::kSum;
    lines.Add(sum ? std::string("the sum") : base::StrCat("times ", fresh, " replicas"),
              ", and the missing ones as if they were at ", target,
              ": HPA neither shrinks nor grows for want of data");
  }
}

void AddHpa(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const std::string ratio =
      base::StrCat(NumberText(evaluation.value), " / ", NumberText(trigger.target));
  if (trigger.hpa_metric_type == HpaMetricType::kAverageValue) {
    lines.Add("HPA (AverageValue): ceil(", ratio, ") = ",
              DesiredReplicas(trigger.hpa_metric_type, evaluation.value, trigger.target, 0, 0),
              " replicas, unless that is within HPA's tolerance (usually 10%) of what runs");
  } else {
    lines.Add("HPA (Value): ready replicas x ", ratio,
              ", rounded up, unless the ratio is within HPA's tolerance (usually 10%) of 1");
  }
}

void AddAggregate(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  const catalog::MetricRow& metric = catalog::Row(trigger.metric);
  if (trigger.pod_aggregation) {
    lines.Add("within each pod: ", catalog::Row(*trigger.pod_aggregation).name);
  }
  lines.Add(catalog::Row(trigger.aggregation).name, " of ", metric.name, " over ",
            evaluation.counted, " of ", evaluation.gpus.size(), " GPUs, ", evaluation.fresh_nodes,
            " of ", evaluation.nodes, " nodes: ", NumberText(evaluation.aggregate), " ",
            metric.unit);
}

void AddParts(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  if (trigger.engine) return AddAddresses(trigger, evaluation, lines);
  AddGpus(trigger, evaluation, lines);
  if (trigger.workload) AddReplicas(evaluation, lines);
}

void AddSteps(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  if (trigger.engine) {
    AddAcross(trigger, evaluation, lines);
  } else {
    if (trigger.workload) AddCounts(trigger, evaluation, lines);
    if (evaluation.counted > 0) AddAggregate(trigger, evaluation, lines);
  }
  if (trigger.workload || trigger.engine) AddFactor(trigger, evaluation, lines);
  lines.Add("reported as ", trigger.metric_name, ": ", NumberText(evaluation.value), " (target ",
            NumberText(trigger.target), ")");
}

void AddActivity(const Trigger& trigger, const Evaluation& evaluation, Lines& lines) {
  lines.Add(evaluation.active ? "active: " : "inactive: ", WhyActive(trigger, evaluation));
}

}  // namespace

std::vector<std::string> Explain(const Trigger& trigger, const Evaluation& evaluation) {
  Lines lines;
  AddParts(trigger, evaluation, lines);
  AddSteps(trigger, evaluation, lines);
  AddActivity(trigger, evaluation, lines);
  AddHpa(trigger, evaluation, lines);
  for (std::string& limit : ValueLimits(trigger)) lines.text.push_back(std::move(limit));
  return std::move(lines.text);
}

std::vector<std::string> ExplainSteps(const Trigger& trigger, const Findings& findings) {
  Lines lines;
  if (findings.value_status.ok()) {
    AddSteps(trigger, findings.evaluation, lines);
  } else {
    lines.Add("no value: ", base::Message(findings.value_status));
  }
  if (findings.active_status.ok()) {
    AddActivity(trigger, findings.evaluation, lines);
  } else if (findings.active_status == findings.value_status) {
    lines.Add("so whether it is active is not known either");
  } else {
    lines.Add("whether it is active is not known: ", base::Message(findings.active_status));
  }
  return std::move(lines.text);
}

}  // namespace gpuscaler::scaling
