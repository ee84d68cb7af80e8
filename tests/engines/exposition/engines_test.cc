// Expositions as engines serve them give the values that were computed by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "base/strings.h"
#include "catalog/engine_quantities.h"
#include "engines/exposition/gauge_value.h"
#include "engines/exposition/readings.h"
#include "engines/exposition/signal_tracker.h"

namespace gpuscaler::engines {
namespace {

using ::testing::HasSubstr;

std::string Sample(const std::string& name) {
  std::ifstream file(std::string(EXPOSITION_SAMPLES) + "/" + name + ".prom");
  EXPECT_TRUE(file.is_open()) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Expected {
  std::string sample;
  std::string engine;
  std::string quantity;
  double value;
};

const Expected kGauges[] = {
    // Two engines of data parallelism: 30 + 0, 64 + 57; the fullest cache; the
    // deprecated name beside the new one does not count.
    {"vllm", "vllm", "waiting", 30},
    {"vllm", "vllm", "running", 121},
    {"vllm", "vllm", "inflight", 151},
    {"vllm", "vllm", "kv_usage", 81.25},
    // Two models, the old name of the cache.
    {"vllm_old", "vllm", "waiting", 7},
    {"vllm_old", "vllm", "running", 4},
    {"vllm_old", "vllm", "inflight", 11},
    {"vllm_old", "vllm", "kv_usage", 50},
    {"vllm_starting", "vllm", "waiting", 4},
    {"sglang", "sglang", "waiting", 7},
    {"sglang", "sglang", "running", 12},
    {"sglang", "sglang", "inflight", 19},
    {"sglang", "sglang", "kv_usage", 28},
    // Ranks 0, 1 of queue 0 and 2, 3 of queue 1: max(3, 3) + max(4, 5); max(10, 9) +
    // max(20, 20). Series by priority are in the total already.
    {"sglang_all_ranks", "sglang", "waiting", 8},
    {"sglang_all_ranks", "sglang", "running", 30},
    {"sglang_all_ranks", "sglang", "inflight", 38},
    {"sglang_all_ranks", "sglang", "kv_usage", 75},
    {"sglang_underscore", "sglang", "waiting", 6},
    {"sglang_underscore", "sglang", "inflight", 8},
    {"sglang_underscore", "sglang", "kv_usage", 10},
    {"tensorrt_llm", "tensorrt-llm", "waiting", 2},
    {"tensorrt_llm", "tensorrt-llm", "running", 8},
    {"tensorrt_llm", "tensorrt-llm", "inflight", 10},
    {"tensorrt_llm", "tensorrt-llm", "kv_usage", 6.25},
    {"triton", "triton", "waiting", 14},
    {"triton_tensorrt_llm", "triton-tensorrt-llm", "waiting", 9},
    {"triton_tensorrt_llm", "triton-tensorrt-llm", "running", 16},
    {"triton_tensorrt_llm", "triton-tensorrt-llm", "inflight", 25},
    {"triton_tensorrt_llm", "triton-tensorrt-llm", "kv_usage", 40},
    {"tgi", "tgi", "waiting", 4},
    {"tgi", "tgi", "running", 20},
    {"tgi", "tgi", "inflight", 24},
    {"nim", "nim", "waiting", 1},
    {"nim", "nim", "running", 5},
    {"nim", "nim", "inflight", 6},
    {"nim", "nim", "kv_usage", 31.25},
    {"vllm", "nim", "inflight", 151},  // NIM 2
    {"vllm", "nim", "kv_usage", 81.25},
    {"llamacpp", "llamacpp", "waiting", 46},
    {"llamacpp", "llamacpp", "running", 4},
    {"llamacpp", "llamacpp", "inflight", 50},
    {"lmdeploy", "lmdeploy", "waiting", 3},
    {"lmdeploy", "lmdeploy", "running", 14},
    {"lmdeploy", "lmdeploy", "inflight", 17},
    {"lmdeploy", "lmdeploy", "kv_usage", 65},
    // Those that are queued are among those in flight.
    {"dynamo", "dynamo", "waiting", 7},
    {"dynamo", "dynamo", "inflight", 12},
    // New and deprecated names stand side by side: 11 + 2, not 24.
    {"llm_d", "llm-d", "waiting", 13},
    {"llm_d", "llm-d", "running", 40},
    {"llm_d", "llm-d", "inflight", 53},
    {"llm_d", "llm-d", "kv_usage", 56.25},
    {"llm_d_legacy", "llm-d", "waiting", 1},
    {"llm_d_legacy", "llm-d", "running", 4},
    {"llm_d_legacy", "llm-d", "inflight", 5},
    {"llm_d_legacy", "llm-d", "kv_usage", 25},
    {"llm_d_no_flow_control", "llm-d", "running", 0},
    {"ray_serve", "ray-serve", "waiting", 20},
    {"ray_serve", "ray-serve", "running", 7},
    {"ray_serve", "ray-serve", "inflight", 27},
};

TEST(Engines, TellWhatWasComputedByHand) {
  for (const Expected& row : kGauges) {
    const Signal signal = Of(row.engine, row.quantity);
    const auto value = GaugeValue(signal, Read(signal, Sample(row.sample)));
    ASSERT_TRUE(value.ok()) << row.sample << ": " << value.status();
    EXPECT_DOUBLE_EQ(*value, row.value) << row.sample << ": " << signal.name;
  }
}

TEST(Engines, HaveAnExpectationForEachGaugeOfTheCatalog) {
  std::set<std::string> expected;
  for (const Expected& row : kGauges) {
    expected.insert(base::StrCat(row.quantity, " of ", row.engine));
  }
  for (const auto& row : catalog::EngineQuantities()) {
    if (row.method != catalog::Method::kGauge) continue;
    const std::string name = SignalOf(row).name;
    if (name == "kv_usage of llamacpp") continue;  // below
    EXPECT_EQ(expected.count(name), 1U) << name;
  }
  const Signal llamacpp = Of("llamacpp", "kv_usage");
  EXPECT_DOUBLE_EQ(*GaugeValue(llamacpp, Read(llamacpp, "llamacpp:kv_cache_usage_ratio 0.63\n")),
                   63);
}

TEST(Engines, WhatTheyDoNotTellIsAnErrorThatNamesIt) {
  const struct {
    std::string sample, engine, quantity, problem;
  } rows[] = {
      {"vllm_starting", "vllm", "inflight",
       "inflight of vllm is absent: for running there is no series vllm:num_requests_running"},
      {"vllm_starting", "vllm", "kv_usage",
       "kv_usage of vllm is absent: there is none of the series vllm:kv_cache_usage_perc, "
       "vllm:gpu_cache_usage_perc"},
      {"llm_d_no_flow_control", "llm-d", "waiting",
       "waiting of llm-d is absent: there is none of the series "
       "llm_d_epp_flow_control_queue_size, inference_extension_flow_control_queue_size"},
      {"llm_d_no_flow_control", "llm-d", "inflight", "for waiting there is none of the series"},
      {"llamacpp", "llamacpp", "kv_usage", "there is no series llamacpp:kv_cache_usage_ratio"},
      {"triton", "triton-tensorrt-llm", "waiting",
       "there is no series nv_trt_llm_request_metrics{request_type=\"waiting\"}"},
      {"tgi", "vllm", "waiting", "there is no series vllm:num_requests_waiting"},
  };
  for (const auto& row : rows) {
    const Signal signal = Of(row.engine, row.quantity);
    const auto value = GaugeValue(signal, Read(signal, Sample(row.sample)));
    ASSERT_FALSE(value.ok()) << row.sample << ": " << signal.name;
    EXPECT_EQ(value.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(base::Message(value.status())), HasSubstr(row.problem));
  }
}

constexpr base::SteadyTime kStart{std::chrono::hours(1)};

// Of a scrape and another two seconds later.
absl::StatusOr<double> Between(const Signal& signal, std::string_view first,
                               std::string_view second) {
  SeriesRoom room(SeriesRoom::kMostOfAnAddress);
  SignalTracker tracker(signal, room);
  EXPECT_EQ(tracker.Update(Read(signal, first), kStart).status().code(),
            absl::StatusCode::kUnavailable);
  return tracker.Update(Read(signal, second), kStart + std::chrono::seconds(2));
}

TEST(Engines, TritonTellsHowLongItsRequestsWaited) {
  // (300,000 + 600,000) us / (100 + 20) requests.
  EXPECT_DOUBLE_EQ(
      *Between(Of("triton", "queue_wait_ms"), Sample("triton"), Sample("triton_later")), 7.5);
  EXPECT_DOUBLE_EQ(*Between(Of("triton", "request_rate"), Sample("triton"), Sample("triton_later")),
                   60);
}

// Each request counter, with ten requests more than before.
TEST(Engines, TellTheRateOfTheirRequests) {
  const struct {
    std::string sample, engine, before, after;
  } rows[] = {
      {"vllm", "vllm", "34.0", "44.0"},
      {"sglang", "sglang", "40.0", "50.0"},
      {"tensorrt_llm", "tensorrt-llm", "Qwen3-0.6B\"} 1.0", "Qwen3-0.6B\"} 11.0"},
      {"triton", "triton-tensorrt-llm", "1000", "1010"},
      {"tgi", "tgi", "count 150", "count 160"},
      {"vllm", "nim", "34.0", "44.0"},
      {"dynamo", "dynamo", "120", "130"},
      {"ray_serve", "ray-serve", "77.0", "87.0"},
      {"production_stack", "production-stack", "17.0", "27.0"},
  };
  for (const auto& row : rows) {
    const std::string first = Sample(row.sample);
    std::string second = first;
    const size_t at = second.find(row.before);
    ASSERT_NE(at, std::string::npos) << row.sample;
    second.replace(at, row.before.size(), row.after);
    const auto rate = Between(Of(row.engine, "request_rate"), first, second);
    ASSERT_TRUE(rate.ok()) << row.sample << ": " << rate.status();
    EXPECT_DOUBLE_EQ(*rate, 5) << row.sample;
  }
}

TEST(Engines, AreReadWithManyOthersAtOnce) {
  std::vector<Signal> signals;
  for (const auto& row : catalog::EngineQuantities()) signals.push_back(SignalOf(row));
  const auto readings = ReadAll(signals, Sample("vllm"));
  size_t read = 0;
  for (size_t i = 0; i < signals.size(); ++i) {
    if (signals[i].method == catalog::Method::kGauge) {
      read += GaugeValue(signals[i], readings[i]).ok() ? 1U : 0U;
    }
  }
  EXPECT_EQ(read, 8U);  // four of vllm, four of nim
}

}  // namespace
}  // namespace gpuscaler::engines
