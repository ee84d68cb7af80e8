#include "serving/explanation_message.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"
#include "scaling/explanation.h"

namespace gpuscaler::serving {
namespace {

using scaling::Evaluation;
using scaling::GpuPart;
using scaling::Part;
using scaling::Replica;
using scaling::ReplicaPod;
using scaling::ReplicaState;
using scaling::Trigger;

struct Listed {
  const GpuPart* part;
  const ReplicaPod* pod;  // nullptr: nobody is asked for
  ReplicaState replica = ReplicaState::kFresh;

  bool counted() const { return part->part == Part::kCounted && replica == ReplicaState::kFresh; }
};

// Of a workload's replicas, and of its pods without a GPU of the trigger's; each GPU once.
std::vector<Listed> OfWorkload(const Evaluation& evaluation) {
  std::vector<Listed> all;
  std::set<const telemetry::GpuSnapshot*> seen;
  for (const Replica& replica : evaluation.workload.replicas) {
    for (const ReplicaPod& pod : replica.pods) {
      for (const GpuPart& part : pod.gpus) {
        if (seen.insert(part.gpu).second) all.push_back({&part, &pod, replica.state});
      }
    }
  }
  for (const GpuPart& part : evaluation.workload.outside) {
    if (seen.insert(part.gpu).second) all.push_back({&part, nullptr});
  }
  return all;
}

std::vector<Listed> AllGpus(const Trigger& trigger, const Evaluation& evaluation) {
  if (trigger.workload) return OfWorkload(evaluation);
  std::vector<Listed> all;
  all.reserve(evaluation.gpus.size());
  for (const GpuPart& part : evaluation.gpus) all.push_back({&part, nullptr});
  return all;
}

std::string Reason(const Trigger& trigger, const Evaluation& evaluation, const Listed& listed) {
  if (listed.part->part != Part::kCounted) {
    return WhyLeftOut(*listed.part, trigger.metric, evaluation.evaluated_at);
  }
  return base::StrCat("its replica is ", scaling::StateName(listed.replica));
}

void Describe(const Trigger& trigger, const Evaluation& evaluation, const Listed& listed,
              decision::v1::GpuPart& out) {
  const GpuPart& part = *listed.part;
  out.set_node(base::ToUtf8(part.node->node));
  out.set_index(part.gpu->identity->index);
  out.set_uuid(base::ToUtf8(part.gpu->identity->uuid));
  out.set_gpu_name(base::ToUtf8(part.gpu->identity->name));
  if (part.part == Part::kCounted || part.part == Part::kStale) out.set_value(part.value);
  out.set_counted(listed.counted());
  if (!listed.counted()) out.set_reason(base::ToUtf8(Reason(trigger, evaluation, listed)));
  if (listed.pod != nullptr) out.set_pod(base::ToUtf8(listed.pod->pod->name));
}

void DescribeGpus(const Trigger& trigger, const Evaluation& evaluation, size_t most,
                  decision::v1::Explanation& explanation) {
  std::vector<Listed> all = AllGpus(trigger, evaluation);
  const auto first_out = std::stable_partition(
      all.begin(), all.end(), [](const Listed& listed) { return listed.counted(); });
  const auto counted = static_cast<size_t>(first_out - all.begin());
  const size_t left_out = all.size() - counted;
  // Why some do not count is what is looked for.
  const size_t listed_out = std::min(left_out, std::max(most / 4, most - std::min(counted, most)));
  const size_t listed_in = std::min(counted, most - listed_out);
  explanation.set_gpus_counted(static_cast<uint32_t>(counted));
  explanation.set_gpus_left_out(static_cast<uint32_t>(left_out));
  explanation.set_gpus_not_listed(static_cast<uint32_t>(all.size() - listed_in - listed_out));
  for (size_t i = 0; i < listed_in; ++i) {
    Describe(trigger, evaluation, all[i], *explanation.add_gpus());
  }
  for (size_t i = 0; i < listed_out; ++i) {
    Describe(trigger, evaluation, all[counted + i], *explanation.add_gpus());
  }
}

void DescribeReplicas(const Evaluation& evaluation, size_t most,
                      decision::v1::Explanation& explanation) {
  const auto& replicas = evaluation.workload.replicas;
  const size_t listed = std::min(replicas.size(), most);
  for (size_t i = 0; i < listed; ++i) {
    decision::v1::ReplicaPart& out = *explanation.add_replicas();
    out.set_name(base::ToUtf8(replicas[i].name));
    out.set_state(std::string(scaling::StateName(replicas[i].state)));
    for (const ReplicaPod& pod : replicas[i].pods) {
      if (static_cast<size_t>(out.nodes_size()) == most) break;
      out.add_nodes(base::ToUtf8(pod.node->node));
    }
  }
  explanation.set_replicas_not_listed(static_cast<uint32_t>(replicas.size() - listed));
  const telemetry::UntoldNodes& untold = evaluation.workload.untold;
  for (const telemetry::Snapshot* node : untold.first) {
    explanation.add_silent_nodes(base::ToUtf8(node->node));
  }
  explanation.set_silent_nodes_not_listed(
      static_cast<uint32_t>(untold.count - untold.first.size()));
}

// Those that are missing first: why is what is looked for.
void DescribeAddresses(const Evaluation& evaluation, size_t most,
                       decision::v1::Explanation& explanation) {
  const auto add = [&](bool missing) {
    for (const scaling::AddressPart& part : evaluation.addresses) {
      if (part.why.ok() == missing) continue;
      if (static_cast<size_t>(explanation.addresses_size()) == most) return;
      decision::v1::AddressPart& out = *explanation.add_addresses();
      out.set_address(base::ToUtf8(part.address));
      if (missing) {
        out.set_reason(base::ToUtf8(base::Message(part.why)));
      } else {
        out.set_value(part.value);
      }
    }
  };
  add(true);
  add(false);
  explanation.set_addresses_not_listed(static_cast<uint32_t>(
      evaluation.addresses.size() - static_cast<size_t>(explanation.addresses_size())));
}

}  // namespace

void DescribeParts(const Trigger& trigger, const Evaluation& evaluation, size_t most,
                   decision::v1::Explanation& explanation) {
  if (trigger.engine) {
    DescribeAddresses(evaluation, most, explanation);
    return;
  }
  DescribeGpus(trigger, evaluation, most, explanation);
  explanation.set_nodes(static_cast<uint32_t>(evaluation.nodes));
  explanation.set_nodes_counted(static_cast<uint32_t>(evaluation.fresh_nodes));
  if (trigger.workload) DescribeReplicas(evaluation, most, explanation);
}

}  // namespace gpuscaler::serving
