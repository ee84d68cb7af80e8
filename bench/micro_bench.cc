// What the scaler computes for each request and each sample, for a node of
// eight GPUs.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"
#include "sources/sampler.h"
#include "telemetry/store.h"
#include "web/node_metrics.h"

namespace gpuscaler {
namespace {

using catalog::Lane;
using catalog::Metric;

constexpr size_t kGpus = 8;
constexpr base::SteadyTime kNow{std::chrono::hours(1)};

std::vector<sources::GpuSample> Samples(Lane lane) {
  std::vector<sources::GpuSample> samples(kGpus);
  for (size_t i = 0; i < kGpus; ++i) {
    const std::string digit = std::to_string(i);
    samples[i].identity = std::make_shared<const telemetry::GpuIdentity>(
        telemetry::GpuIdentity{static_cast<uint32_t>(i),
                               "GPU-0000000" + digit + "-fa4e-4e76-8d1c-000000000000",
                               "NVIDIA H100 80GB HBM3",
                               "00000000:0" + digit + ":00.0",
                               {}});
    for (const auto& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
      if (row.lane != lane) continue;
      samples[i].readings.Set(row.id, 40.0 + 2.0 * static_cast<double>(i), kNow);
    }
  }
  return samples;
}

// Every lane has been read once.
std::shared_ptr<const telemetry::Snapshot> Node() {
  telemetry::Snapshot snapshot;
  snapshot.node = "node-1";
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    snapshot = sources::Fold(snapshot, lane, Samples(lane), kNow, {});
  }
  return std::make_shared<const telemetry::Snapshot>(std::move(snapshot));
}

std::vector<scaling::MetadataEntry> Metadata(std::string_view aggregation) {
  return {{"scalerAddress", "keda-gpu-scaler.keda.svc:6000"},
          {"metricType", "gpu_utilization"},
          {"targetValue", "80"},
          {"activationThreshold", "5"},
          {"aggregation", aggregation}};
}

void Evaluate(benchmark::State& state, std::string_view aggregation) {
  const auto trigger = scaling::ParseTrigger(Metadata(aggregation));
  telemetry::Store store;
  store.Publish(Node());
  const scaling::EvaluationLimits limits;
  for (auto _ : state) {
    auto evaluation = scaling::Evaluate(*trigger, store.Load(), kNow, limits);
    benchmark::DoNotOptimize(evaluation);
    if (!evaluation.ok()) state.SkipWithError("no evaluation");
  }
}
BENCHMARK_CAPTURE(Evaluate, max, "max");
BENCHMARK_CAPTURE(Evaluate, avg, "avg");
BENCHMARK_CAPTURE(Evaluate, p95, "p95");

void ParseTrigger(benchmark::State& state) {
  const auto metadata = Metadata("max");
  for (auto _ : state) {
    auto trigger = scaling::ParseTrigger(metadata);
    benchmark::DoNotOptimize(trigger);
    if (!trigger.ok()) state.SkipWithError("no trigger");
  }
}
BENCHMARK(ParseTrigger);

void Fold(benchmark::State& state) {
  const auto node = Node();
  const absl::StatusOr<std::vector<sources::GpuSample>> read = Samples(Lane::kFast);
  for (auto _ : state) {
    auto next = sources::Fold(*node, Lane::kFast, read, kNow, {});
    benchmark::DoNotOptimize(next);
  }
}
BENCHMARK(Fold);

void Publish(benchmark::State& state) {
  const auto node = Node();
  telemetry::Store store;
  uint64_t wakes = 0;
  store.Subscribe([&wakes] { ++wakes; });
  for (auto _ : state) store.Publish(node);
  benchmark::DoNotOptimize(wakes);
}
BENCHMARK(Publish);

void Load(benchmark::State& state) {
  telemetry::Store store;
  store.Publish(Node());
  for (auto _ : state) {
    auto view = store.Load();
    benchmark::DoNotOptimize(view);
  }
}
BENCHMARK(Load);

void WriteNodeMetrics(benchmark::State& state) {
  telemetry::Store store;
  store.Publish(Node());
  const auto view = store.Load();
  const std::vector<sources::LaneStats> lanes(catalog::kLaneCount);
  const std::vector<serving::RequestStats> requests = {
      {"IsActive", 1, 0, {}}, {"GetMetrics", 2, 0, {}}, {"StreamIsActive", 3, 0, 3}};
  for (auto _ : state) {
    auto page = web::WriteNodeMetrics({*view,
                                       std::chrono::seconds(10),
                                       lanes,
                                       {requests,
                                        {"0.1.0", "nvml"},
                                        serving::ConnectionStats{},
                                        web::HttpStats{},
                                        web::ProcessStats{}}},
                                      kNow);
    benchmark::DoNotOptimize(page);
  }
}
BENCHMARK(WriteNodeMetrics);

}  // namespace
}  // namespace gpuscaler

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
