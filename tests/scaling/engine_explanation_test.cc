// The explanation of a number that engines tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scaling/explanation.h"
#include "scaling/trigger.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

Trigger Inflight(const std::string& aggregation) {
  return *ParseTrigger(std::vector<MetadataEntry>{{"profile", "vllm-inflight"},
                                                  {"vllmEndpoint", "http://vllm:8000"},
                                                  {"targetValue", "20"},
                                                  {"aggregation", aggregation}},
                       "default");
}

// Addresses 10.0.0.1 and so on, read just now.
engines::SignalView Said(const std::vector<absl::StatusOr<double>>& values) {
  engines::SignalView view;
  view.endpoint = "http://vllm:8000/metrics";
  view.signal = "inflight of vllm";
  view.settled = view.once_resolved = true;
  for (const auto& value : values) {
    view.addresses.push_back({"10.0.0." + std::to_string(view.addresses.size() + 1),
                              value.ok() ? absl::OkStatus() : value.status(),
                              value.ok() ? std::optional(kNow) : std::nullopt, value});
  }
  return view;
}

std::vector<std::string> ExplanationOf(const Trigger& trigger,
                                       const absl::StatusOr<engines::SignalView>& said) {
  EngineReadings readings;
  readings.metric = &said;
  const auto evaluation = Evaluate(trigger, MakeView({}), kNow, {}, readings);
  EXPECT_TRUE(evaluation.ok()) << evaluation.status();
  return Explain(trigger, *evaluation);
}

TEST(EngineExplanation, TellsEveryStepFromTheAddressesToHpa) {
  EXPECT_THAT(
      ExplanationOf(Inflight("sum"), Said({0.0, 0.0, 30.0})),
      ElementsAre("10.0.0.1: 0 requests", "10.0.0.2: 0 requests", "10.0.0.3: 30 requests",
                  "sum of inflight of vllm over 3 addresses of http://vllm:8000/metrics, 0 missing:"
                  " 30 requests",
                  "the value is the aggregate itself",
                  "reported as keda_gpu_vllm_inflight: 30 (target 20)",
                  "active: an address exceeds the activation threshold 0",
                  "HPA (AverageValue): ceil(30 / 20) = 2 replicas, unless that is within HPA's"
                  " tolerance (usually 10%) of what runs"));
}

// One of three is down; the others have 2 and 10: 12 is below 2 x 20, so the missing one
// counts as at the target, 12 + 20.
TEST(EngineExplanation, NamesWhoDoesNotAnswerAndWhatItCountsAs) {
  EXPECT_THAT(
      ExplanationOf(Inflight("sum"),
                    Said({2.0, absl::UnavailableError("connection refused"), 10.0})),
      ElementsAre(
          "10.0.0.1: 2 requests", "10.0.0.2: missing, connection refused", "10.0.0.3: 10 requests",
          "sum of inflight of vllm over 2 addresses of http://vllm:8000/metrics, 1 missing: 12"
          " requests",
          "the sum, and the missing ones as if they were at 20: HPA neither shrinks nor grows"
          " for want of data",
          "reported as keda_gpu_vllm_inflight: 32 (target 20)",
          "active: an address exceeds the activation threshold 0",
          "HPA (AverageValue): ceil(32 / 20) = 2 replicas, unless that is within HPA's"
          " tolerance (usually 10%) of what runs"));
}

TEST(EngineEvaluation, StaysFiniteWhateverTheReadings) {
  const Trigger trigger = Inflight("sum");
  const absl::StatusOr<engines::SignalView> said = Said({1.7e308, 1.7e308});
  EngineReadings readings;
  readings.metric = &said;
  const auto evaluation = Evaluate(trigger, MakeView({}), kNow, {}, readings);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->value, 9e12);
}

TEST(EngineExplanation, SaysThatAnEmptyFleetIsZeroOnPurpose) {
  engines::SignalView nobody = Said({});
  nobody.resolution = absl::NotFoundError("the name has no address");
  const auto lines = ExplanationOf(Inflight("sum"), nobody);
  EXPECT_THAT(lines, testing::Contains("no replica is there: 0"));
  EXPECT_THAT(lines, testing::Contains("inactive: neither an address nor the aggregate exceeds"
                                       " the activation threshold 0"));
}

}  // namespace
}  // namespace gpuscaler::scaling
