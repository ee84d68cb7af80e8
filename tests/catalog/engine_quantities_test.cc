#include "catalog/engine_quantities.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_replace.h"
#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

TEST(Quantities, AreFoundByTheirExactNamesOnly) {
  for (const QuantityRow& row : Quantities()) EXPECT_EQ(FindQuantity(row.name), &row);
  EXPECT_EQ(FindQuantity("Waiting"), nullptr);
  EXPECT_EQ(FindQuantity(""), nullptr);
  EXPECT_EQ(QuantityNames(), "waiting, running, inflight, kv_usage, queue_wait_ms, request_rate");
}

TEST(Quantities, ThatAreTotalsAreSummedAcrossEndpoints) {
  for (const QuantityRow& row : Quantities()) {
    EXPECT_EQ(row.across_endpoints == Aggregation::kSum, row.kind == Kind::kTotal) << row.name;
    EXPECT_FALSE(row.unit.empty()) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_EQ(FindMetric(row.name), nullptr) << row.name << " is a metric's name too";
  }
  EXPECT_TRUE(Row(Quantity::kKvUsage).is_percent());
  EXPECT_FALSE(Row(Quantity::kWaiting).is_percent());
}

TEST(Engines, AreFoundByTheirExactNamesOnly) {
  for (const EngineRow& row : Engines()) {
    EXPECT_EQ(FindEngine(row.name), &row);
    EXPECT_TRUE(row.path.starts_with('/')) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
  }
  EXPECT_EQ(FindEngine("vLLM"), nullptr);
  EXPECT_EQ(FindEngine(""), nullptr);
  EXPECT_EQ(EngineNames(),
            "vllm, sglang, tensorrt-llm, triton, triton-tensorrt-llm, tgi, nim, llamacpp, lmdeploy,"
            " dynamo, llm-d, ray-serve, production-stack, prometheus");
}

TEST(Engines, ServeTheirMetricsWhereTheyDo) {
  EXPECT_EQ(FindEngine("vllm")->path, "/metrics");
  EXPECT_EQ(FindEngine("tensorrt-llm")->path, "/prometheus/metrics");
  EXPECT_EQ(FindEngine("nim")->path, "/v1/metrics");
}

TEST(Engines, TellSomethingUnlessAnySeriesIsMeant) {
  for (const EngineRow& row : Engines()) {
    EXPECT_EQ(QuantityNamesOf(row.id).empty(), row.any_series) << row.name;
  }
  EXPECT_EQ(QuantityNamesOf(Engine::kVllm), "waiting, running, inflight, kv_usage, request_rate");
  EXPECT_EQ(QuantityNamesOf(Engine::kTriton), "waiting, queue_wait_ms, request_rate");
  EXPECT_EQ(QuantityNamesOf(Engine::kDynamo), "waiting, inflight, request_rate");
  EXPECT_EQ(QuantityNamesOf(Engine::kProductionStack), "request_rate");
}

TEST(EngineQuantities, AreOfDifferentEnginesOrQuantities) {
  std::set<std::pair<Engine, Quantity>> seen;
  for (const EngineQuantityRow& row : EngineQuantities()) {
    EXPECT_TRUE(seen.insert({row.engine, row.quantity}).second)
        << Row(row.engine).name << " " << Row(row.quantity).name;
    EXPECT_EQ(FindEngineQuantity(row.engine, row.quantity), &row);
  }
  EXPECT_EQ(FindEngineQuantity(Engine::kTriton, Quantity::kKvUsage), nullptr);
  EXPECT_EQ(FindEngineQuantity(Engine::kPrometheus, Quantity::kWaiting), nullptr);
}

TEST(EngineQuantities, HaveThePartsOfTheirMethod) {
  for (const EngineQuantityRow& row : EngineQuantities()) {
    const std::string name =
        std::string(Row(row.engine).name) + " " + std::string(Row(row.quantity).name);
    const size_t parts = PartCount(row);
    EXPECT_EQ(row.method == Method::kMeanWait, row.quantity == Quantity::kQueueWaitMs) << name;
    EXPECT_EQ(row.method == Method::kRate, row.quantity == Quantity::kRequestRate) << name;
    if (row.method == Method::kMeanWait) {
      EXPECT_EQ(parts, 3U) << name;
      EXPECT_FALSE(row.queue_labels.empty()) << name;
    } else if (row.quantity == Quantity::kInflight) {
      EXPECT_TRUE(parts == 2 || row.engine == Engine::kDynamo) << name;
    } else {
      EXPECT_EQ(parts, 1U) << name;
    }
    EXPECT_EQ(row.fold == Fold::kSumOverRanks, !row.rank_labels.empty()) << name;
    // A fraction of one cache is not added to that of another.
    EXPECT_EQ(row.fold == Fold::kMax, row.quantity == Quantity::kKvUsage) << name;
    EXPECT_EQ(row.scale == 100, Row(row.quantity).is_percent()) << name;
  }
}

TEST(EngineQuantities, NameTheirParts) {
  const auto& inflight = *FindEngineQuantity(Engine::kVllm, Quantity::kInflight);
  EXPECT_EQ(PartName(inflight, 0), "waiting");
  EXPECT_EQ(PartName(inflight, 1), "running");
  const auto& wait = *FindEngineQuantity(Engine::kTriton, Quantity::kQueueWaitMs);
  EXPECT_EQ(PartName(wait, 0), "time waited");
  EXPECT_EQ(PartName(wait, 2), "waiting");
  EXPECT_EQ(PartName(*FindEngineQuantity(Engine::kTgi, Quantity::kRunning), 0), "running");
}

TEST(EngineQuantities, InflightIsReadFromWhatWaitingAndRunningAre) {
  for (const EngineQuantityRow& row : EngineQuantities()) {
    if (row.quantity != Quantity::kInflight || PartCount(row) < 2) continue;
    const auto* waiting = FindEngineQuantity(row.engine, Quantity::kWaiting);
    const auto* running = FindEngineQuantity(row.engine, Quantity::kRunning);
    ASSERT_TRUE(waiting != nullptr && running != nullptr) << Row(row.engine).name;
    EXPECT_EQ(row.parts[0].data(), waiting->parts[0].data());
    EXPECT_EQ(row.parts[1].data(), running->parts[0].data());
    EXPECT_EQ(row.fold, waiting->fold);
    EXPECT_EQ(row.fold, running->fold);
  }
}

TEST(EngineQuantities, AreWhatTheMetricsOfEnginesAreViewsOf) {
  for (const MetricRow& metric : Metrics()) {
    const EngineQuantityRow* row = EngineQuantityOf(metric.id);
    ASSERT_EQ(row != nullptr, metric.origin == Origin::kEngine) << metric.name;
    if (row == nullptr) continue;
    EXPECT_EQ(Row(row->quantity).unit, metric.unit) << metric.name;
    EXPECT_EQ(Row(row->quantity).kind, metric.kind) << metric.name;
    EXPECT_TRUE(metric.name.starts_with(
        absl::StrReplaceAll(base::ToAbsl(Row(row->engine).name), {{"-", "_"}})))
        << metric.name;
  }
  EXPECT_EQ(EngineQuantityOf(Metric::kVllmQueueDepth)->quantity, Quantity::kWaiting);
  EXPECT_EQ(EngineQuantityOf(Metric::kTritonQueueWaitMs)->quantity, Quantity::kQueueWaitMs);
}

}  // namespace
}  // namespace gpuscaler::catalog
