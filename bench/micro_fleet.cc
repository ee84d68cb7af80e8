// What the gateway computes for a workload, in a large fleet and in a small one.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"
#include "telemetry/store.h"

namespace gpuscaler {
namespace {

using catalog::Metric;
using Nodes = std::vector<std::shared_ptr<const telemetry::Snapshot>>;

constexpr size_t kGpus = 8;  // of a node, one pod each
constexpr size_t kLarge = 5000;
constexpr size_t kSmall = 10;
constexpr base::SteadyTime kNow{std::chrono::hours(1)};

// Five characters as the API server makes them up.
std::string Random(size_t number) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string text;
  for (; text.size() < 5; number /= kAlphabet.size()) text += kAlphabet[number % kAlphabet.size()];
  return text;
}

// Of the large fleet's nodes every 500th, of the small one's all hold five pods of
// deployment/llm; all other pods are of 2,000 other Deployments.
std::shared_ptr<const telemetry::Snapshot> Node(size_t number, size_t fleet,
                                                base::Duration listed_ago = {}) {
  telemetry::Snapshot node;
  node.node = base::StrCat("gpu-node-", number);
  node.taken_at = kNow;
  auto ownership = std::make_shared<telemetry::Ownership>();
  ownership->listed_at = kNow - listed_ago;
  for (size_t i = 0; i < kGpus; ++i) {
    telemetry::GpuIdentity identity;
    identity.index = static_cast<uint32_t>(i);
    identity.uuid = base::StrCat("GPU-", number, "-", i, "-4e76-8d1c-000000000000");
    telemetry::GpuSnapshot gpu;
    gpu.identity = std::make_shared<const telemetry::GpuIdentity>(std::move(identity));
    gpu.readings.Set(Metric::kGpuUtilization, 60, kNow);
    const size_t place = number * kGpus + i;
    const bool llm = number % (fleet / kSmall) == 0 && i < 5;
    const std::string workload = llm ? "llm" : base::StrCat("model-", place * 2654435761 % 2000);
    ownership->pods.push_back({"inference",
                               base::StrCat(workload, "-7d9c8b5f4d-", Random(place)),
                               {},
                               {gpu.identity->uuid}});
    node.gpus.push_back(std::move(gpu));
  }
  node.pods_worked.resize(kGpus, true);
  node.ownership = std::move(ownership);
  return std::make_shared<const telemetry::Snapshot>(std::move(node));
}

Nodes Fleet(size_t size) {
  Nodes nodes;
  for (size_t i = 0; i < size; ++i) nodes.push_back(Node(i, size));
  return nodes;
}

void EvaluateIn(benchmark::State& state, const std::string& workload, size_t replicas,
                const std::shared_ptr<const telemetry::View>& view) {
  const auto trigger = scaling::ParseTrigger(
      std::vector<scaling::MetadataEntry>{{"workload", workload}}, "inference");
  const scaling::EvaluationLimits limits;
  for (auto _ : state) {
    auto evaluation = scaling::Evaluate(*trigger, view, kNow, limits);
    benchmark::DoNotOptimize(evaluation);
    const bool right = evaluation.ok() ? evaluation->workload.fresh == replicas : replicas == 0;
    if (!right) state.SkipWithError("not as many replicas as there are");
  }
}

void EvaluateWorkload(benchmark::State& state, size_t fleet) {
  EvaluateIn(state, "deployment/llm", 50, std::make_shared<const telemetry::View>(Fleet(fleet)));
}
BENCHMARK_CAPTURE(EvaluateWorkload, 50_gpus_of_5000_nodes, kLarge);
BENCHMARK_CAPTURE(EvaluateWorkload, 50_gpus_of_10_nodes, kSmall);

void EvaluateNoReplica(benchmark::State& state, bool silent) {
  telemetry::View view(Fleet(kLarge));
  if (silent) view = view.With({{Node(77, kLarge, std::chrono::minutes(5))}, {}});
  EvaluateIn(state, "deployment/none", 0, std::make_shared<const telemetry::View>(std::move(view)));
}
BENCHMARK_CAPTURE(EvaluateNoReplica, of_5000_nodes, false);
BENCHMARK_CAPTURE(EvaluateNoReplica, of_5000_nodes_one_silent, true);

// 250 of 5,000 nodes report; of `moved` of these a pod is another one.
void PublishBatch(benchmark::State& state, size_t moved) {
  telemetry::Store store;
  store.Publish({Fleet(kLarge), {}});
  std::vector<Nodes> batches(2);
  for (size_t i = 0; i < 250; ++i) {
    const auto node = Node(i * 20, kLarge);
    batches[0].push_back(node);
    auto other = std::make_shared<telemetry::Snapshot>(*node);
    auto ownership = std::make_shared<telemetry::Ownership>(*node->ownership);
    if (i < moved) ownership->pods[7].name = base::StrCat("new-7d9c8b5f4d-", Random(i));
    other->ownership = std::move(ownership);
    batches[1].push_back(std::move(other));
  }
  size_t next = 0;
  for (auto _ : state) store.Publish({batches[++next % 2], {}});
}
BENCHMARK_CAPTURE(PublishBatch, 250_of_5000_nodes, 0);
BENCHMARK_CAPTURE(PublishBatch, 250_of_5000_nodes_5_with_a_new_pod, 5);
BENCHMARK_CAPTURE(PublishBatch, 250_of_5000_nodes_all_with_a_new_pod, 250);

}  // namespace
}  // namespace gpuscaler
