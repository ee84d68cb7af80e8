#include "simulation/simulated_scaler.h"

#include <map>

#include "gtest/gtest.h"
#include "scaling/views.h"

namespace gpuscaler::simulation {
namespace {

using scaling::kNow;
using std::chrono::seconds;

SimulatedObject Object(std::map<std::string, std::string> metadata) {
  manifests::ScaledObject object;
  object.name = "llm";
  object.fallback = manifests::Fallback{1, 4, "static"};
  manifests::ScaledObjectTrigger trigger;
  trigger.type = "external";
  trigger.metadata = std::move(metadata);
  object.triggers = {std::move(trigger)};
  auto simulated = FromManifest(object);
  EXPECT_TRUE(simulated.ok()) << simulated.status();
  return *std::move(simulated);
}

// Of one GPU, so busy, which nobody holds.
std::shared_ptr<const telemetry::View> Busy(double percent) {
  telemetry::Snapshot node =
      scaling::MakeNode("a", {scaling::MakeGpu(0, catalog::Metric::kGpuUtilization, percent)});
  auto ownership = std::make_shared<telemetry::Ownership>();
  ownership->listed_at = kNow;
  node.ownership = std::move(ownership);
  return scaling::MakeView({std::move(node)});
}

TEST(SimulatedScaler, LooksOnceASecondAndOnlyIfSomebodyAsks) {
  const SimulatedObject object = Object({{"targetGpuUtilization", "80"}});
  SimulatedScaler scaler(object, {}, kNow);
  int looks = 0;
  double percent = 30;
  scaler.Begin(kNow, 0, [&] {
    ++looks;
    return Busy(percent);
  });
  EXPECT_EQ(looks, 0);
  EXPECT_EQ(scaler.Ask(1, 1).front().value, 30);
  percent = 60;
  EXPECT_EQ(scaler.Ask(1, 1).front().value, 30);
  EXPECT_EQ(looks, 1);
  scaler.Changed();
  EXPECT_EQ(scaler.Ask(2, 1).front().value, 60);
  EXPECT_EQ(looks, 2);
}

TEST(SimulatedScaler, AWindowGoesOnThoughNobodyAsks) {
  const SimulatedObject object = Object({{"targetGpuUtilization", "80"}, {"window", "10"}});
  SimulatedScaler scaler(object, {}, kNow);
  scaler.Begin(kNow, 0, [] { return Busy(100); });
  scaler.Begin(kNow + seconds(1), 0, [] { return Busy(0); });
  EXPECT_EQ(scaler.Ask(1, 1).front().value, 50);
}

TEST(SimulatedScaler, TheLoadThatWaitsIsTheActivationSignal) {
  const SimulatedObject object = Object({{"targetGpuUtilization", "80"},
                                         {"workload", "deployment/llm"},
                                         {"activationEndpoint", "http://router:9090"},
                                         {"activationMetric", "llm-d/waiting"},
                                         {"activationMetricThreshold", "5"},
                                         {"warmupSeconds", "0"}});
  SimulatedScaler scaler(object, {}, kNow);
  scaler.Begin(kNow, 5, [] { return Busy(0); });
  EXPECT_FALSE(scaler.Ask(0, 0).front().active) << "not above the threshold";
  scaler.Begin(kNow + seconds(1), 6, [] { return Busy(0); });
  EXPECT_TRUE(scaler.Ask(0, 0).front().active);
}

TEST(SimulatedScaler, AfterTooManyFailuresKedasFallbackStandsIn) {
  const SimulatedObject object = Object({{"targetGpuUtilization", "80"}});
  SimulatedScaler scaler(object, {}, kNow);
  scaler.Begin(kNow, 0, [] { return std::make_shared<const telemetry::View>(); });
  EXPECT_FALSE(scaler.Ask(1, 1).front().status.ok());
  const Answer answer = scaler.Ask(1, 1).front();
  EXPECT_TRUE(answer.status.ok());
  EXPECT_TRUE(answer.fallback);
  EXPECT_EQ(answer.value, 4 * 80);
  scaler.Begin(kNow, 0, [] { return Busy(30); });
  EXPECT_FALSE(scaler.Ask(1, 1).front().fallback);
}

}  // namespace
}  // namespace gpuscaler::simulation
