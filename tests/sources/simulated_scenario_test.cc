#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "sources/simulated/load_simulated.h"
#include "sources/simulated/scenario.h"
#include "sources/simulated/scenario_parser.h"

namespace gpuscaler::sources {
namespace {

using catalog::Lane;
using catalog::Metric;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using telemetry::ReadingState;

constexpr base::SteadyTime kNow{seconds(5000)};

std::unique_ptr<const Scenario> Parsed(const std::string& yaml) {
  auto scenario = ParseScenario(yaml);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.ok() ? *std::move(scenario) : nullptr;
}

std::vector<GpuSample> Read(const Scenario& scenario, Lane lane, base::Duration t) {
  auto samples = scenario.At(lane, t, kNow);
  EXPECT_TRUE(samples.ok()) << samples.status();
  return samples.ok() ? *std::move(samples) : std::vector<GpuSample>();
}

ReadingState State(const Scenario& scenario, Lane lane, base::Duration t, Metric metric) {
  return Read(scenario, lane, t).at(0).readings[metric].state;
}

TEST(Scenario, ReadsTheMetricsOfTheLaneAndNoOthers) {
  const auto scenario = Parsed(R"(
gpus:
  - name: H100
    gpu_utilization: {wave: sawtooth, min: 0, max: 100, period: 10s}
    power_draw: 300
    temperature: ~
    pcie_tx_kbps: 12
)");
  const auto fast = Read(*scenario, Lane::kFast, seconds(4));
  ASSERT_EQ(fast.size(), 1u);
  EXPECT_EQ(fast[0].identity->name, "H100");
  EXPECT_TRUE(fast[0].status.ok());
  EXPECT_NEAR(*fast[0].readings.Value(Metric::kGpuUtilization), 40, 1e-9);
  EXPECT_EQ(fast[0].readings[Metric::kGpuUtilization].sampled_at, kNow);
  EXPECT_EQ(fast[0].readings[Metric::kMemoryUsedMib].state, ReadingState::kUnsupported);
  EXPECT_EQ(fast[0].readings[Metric::kPowerDraw].state, ReadingState::kNever);

  const auto full = Read(*scenario, Lane::kFull, seconds(4));
  EXPECT_EQ(*full[0].readings.Value(Metric::kPowerDraw), 300);
  EXPECT_EQ(full[0].readings[Metric::kTemperature].state, ReadingState::kUnsupported);
  EXPECT_EQ(full[0].readings[Metric::kGpuUtilization].state, ReadingState::kNever);
  EXPECT_EQ(*Read(*scenario, Lane::kBandwidth, seconds(4))[0].readings.Value(Metric::kPcieTxKbps),
            12);
}

TEST(Scenario, RepeatsAGpuWithIdentitiesAndPhasesOfTheirOwn) {
  const auto scenario = Parsed(R"(
gpus:
  - uuid: GPU-first
    gpu_utilization: 7
  - count: 3
    phase_step: 0.25
    gpu_utilization: {wave: sawtooth, min: 0, max: 100, period: 4s}
    power_draw: {wave: noise, min: 0, max: 100, seed: 3}
)");
  const auto fast = Read(*scenario, Lane::kFast, seconds(0));
  ASSERT_EQ(fast.size(), 4u);
  const char* uuids[] = {"GPU-first", "GPU-00000000-0000-4000-8000-000000000001",
                         "GPU-00000000-0000-4000-8000-000000000002",
                         "GPU-00000000-0000-4000-8000-000000000003"};
  const double utilization[] = {7, 0, 25, 50};
  for (uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(fast[i].identity->index, i);
    EXPECT_EQ(fast[i].identity->uuid, uuids[i]);
    EXPECT_EQ(fast[i].identity->name, "Simulated GPU");
    EXPECT_NEAR(*fast[i].readings.Value(Metric::kGpuUtilization), utilization[i], 1e-9);
  }
  EXPECT_EQ(fast[2].identity->pci_bus_id, "00000000:02:00.0");
  const auto full = Read(*scenario, Lane::kFull, seconds(0));
  EXPECT_NE(*full[1].readings.Value(Metric::kPowerDraw),
            *full[2].readings.Value(Metric::kPowerDraw));
  EXPECT_EQ(Read(*scenario, Lane::kFull, seconds(9))[1].identity, fast[1].identity)
      << "made once, not at every read";
}

TEST(Scenario, UsedMemoryInPercentAndMibFollowFromEachOther) {
  const auto from_mib = Parsed("gpus: [{memory_total_mib: 80000, memory_used_mib: 60000}]");
  EXPECT_EQ(*Read(*from_mib, Lane::kFast, seconds(0))[0].readings.Value(Metric::kMemoryUsedPercent),
            75);
  const auto from_percent = Parsed("gpus: [{memory_total_mib: 80000, memory_used_percent: 5}]");
  EXPECT_EQ(*Read(*from_percent, Lane::kFast, seconds(0))[0].readings.Value(Metric::kMemoryUsedMib),
            4000);
  const auto both =
      Parsed("gpus: [{memory_total_mib: 80000, memory_used_percent: 5, memory_used_mib: 1}]");
  EXPECT_EQ(*Read(*both, Lane::kFast, seconds(0))[0].readings.Value(Metric::kMemoryUsedMib), 1);
}

TEST(Scenario, UsedMemoryDoesNotFollowWhereItIsDeclaredUnsupported) {
  const auto denied =
      Parsed("gpus: [{memory_total_mib: 80000, memory_used_mib: 6, memory_used_percent: ~}]");
  EXPECT_EQ(State(*denied, Lane::kFast, seconds(0), Metric::kMemoryUsedPercent),
            ReadingState::kUnsupported);
  const auto no_total = Parsed("gpus: [{memory_used_mib: 6}]");
  EXPECT_EQ(State(*no_total, Lane::kFast, seconds(0), Metric::kMemoryUsedPercent),
            ReadingState::kUnsupported);
}

TEST(Scenario, ALostGpuIsLostFromItsEdgeToItsEdgeAndAlone) {
  const auto scenario = Parsed(R"(
gpus: [{count: 3, gpu_utilization: 40}]
faults: [{at: 10s, for: 5s, gpu: 1, kind: lost}]
)");
  const auto lost = [&](size_t gpu, base::Duration t) {
    const auto sample = Read(*scenario, Lane::kFast, t).at(gpu);
    EXPECT_EQ(sample.status.ok(), sample.readings.Value(Metric::kGpuUtilization).has_value());
    EXPECT_NE(sample.identity, nullptr);
    return !sample.status.ok();
  };
  EXPECT_FALSE(lost(1, seconds(10) - nanoseconds(1)));
  EXPECT_TRUE(lost(1, seconds(10)));
  EXPECT_TRUE(lost(1, seconds(15) - nanoseconds(1)));
  EXPECT_FALSE(lost(1, seconds(15)));
  EXPECT_FALSE(lost(0, seconds(12)));
  EXPECT_FALSE(lost(2, seconds(12)));
}

TEST(Scenario, AMetricIsUnsupportedOrFailsWhileItsFaultLasts) {
  const auto scenario = Parsed(R"(
gpus: [{count: 2, gpu_utilization: 40, memory_used_mib: 1, power_draw: 300}]
faults:
  - {at: 10s, for: 5s, kind: unsupported, metric: gpu_utilization}
  - {at: 20s, for: 5s, gpu: 0, kind: failed, metric: gpu_utilization}
)");
  const auto state = [&](base::Duration t) {
    return State(*scenario, Lane::kFast, t, Metric::kGpuUtilization);
  };
  EXPECT_EQ(state(seconds(10) - nanoseconds(1)), ReadingState::kValue);
  EXPECT_EQ(state(seconds(10)), ReadingState::kUnsupported);
  EXPECT_EQ(state(seconds(15) - nanoseconds(1)), ReadingState::kUnsupported);
  EXPECT_EQ(state(seconds(15)), ReadingState::kValue);
  EXPECT_EQ(state(seconds(20)), ReadingState::kFailed);
  EXPECT_EQ(state(seconds(25)), ReadingState::kValue);

  const auto unsupported = Read(*scenario, Lane::kFast, seconds(12));
  EXPECT_EQ(unsupported[1].readings[Metric::kGpuUtilization].state, ReadingState::kUnsupported);
  EXPECT_TRUE(unsupported[0].reading_failure.ok());
  const auto failed = Read(*scenario, Lane::kFast, seconds(22));
  EXPECT_EQ(failed[0].reading_failure.message(), "gpu_utilization cannot be read (simulated)");
  EXPECT_EQ(*failed[0].readings.Value(Metric::kMemoryUsedMib), 1);
  EXPECT_TRUE(failed[1].reading_failure.ok());
  EXPECT_EQ(*failed[1].readings.Value(Metric::kGpuUtilization), 40);
  EXPECT_TRUE(Read(*scenario, Lane::kFull, seconds(22))[0].reading_failure.ok());
}

TEST(Scenario, WithoutADriverEveryReadFails) {
  const auto scenario = Parsed(R"(
gpus: [{gpu_utilization: 40}]
faults: [{at: 10s, for: 5s, kind: driver_gone}]
)");
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    EXPECT_TRUE(scenario->At(lane, seconds(10) - nanoseconds(1), kNow).ok());
    EXPECT_EQ(scenario->At(lane, seconds(10), kNow).status(),
              absl::UnavailableError("the driver is gone (simulated)"));
    EXPECT_FALSE(scenario->At(lane, seconds(15) - nanoseconds(1), kNow).ok());
    EXPECT_TRUE(scenario->At(lane, seconds(15), kNow).ok());
  }
}

TEST(Scenario, AHangLastsToTheFaultsEndAndSlownessALength) {
  const auto scenario = Parsed(R"(
gpus: [{gpu_utilization: 40}]
faults:
  - {at: 10s, for: 5s, kind: hang, lane: full}
  - {at: 20s, for: 5s, kind: slow, delay: 50ms}
  - {at: 22s, for: 1s, kind: slow, delay: 20ms, lane: bandwidth}
)");
  EXPECT_EQ(scenario->HoldUp(Lane::kFull, seconds(10) - nanoseconds(1)), seconds(0));
  EXPECT_EQ(scenario->HoldUp(Lane::kFull, seconds(10)), seconds(5));
  EXPECT_EQ(scenario->HoldUp(Lane::kFull, milliseconds(14999)), milliseconds(1));
  EXPECT_EQ(scenario->HoldUp(Lane::kFull, seconds(15)), seconds(0));
  EXPECT_EQ(scenario->HoldUp(Lane::kFast, seconds(12)), seconds(0));
  EXPECT_EQ(scenario->HoldUp(Lane::kFast, seconds(20)), milliseconds(50));
  EXPECT_EQ(scenario->HoldUp(Lane::kFast, milliseconds(24999)), milliseconds(50));
  EXPECT_EQ(scenario->HoldUp(Lane::kFast, seconds(25)), seconds(0));
  EXPECT_EQ(scenario->HoldUp(Lane::kBandwidth, seconds(22)), milliseconds(50));
}

TEST(Scenario, AFaultWithoutAnEndLastsForEver) {
  const auto scenario = Parsed("{gpus: [{}], faults: [{at: 1s, kind: driver_gone}]}");
  EXPECT_TRUE(scenario->At(Lane::kFast, milliseconds(999), kNow).ok());
  EXPECT_FALSE(scenario->At(Lane::kFast, hours(1000), kNow).ok());
}

TEST(Scenario, LoopBeginsTimeAnewForWavesAndFaults) {
  const auto scenario = Parsed(R"(
loop: 60s
gpus: [{gpu_utilization: {steps: [{at: 0s, value: 10}, {at: 30s, value: 95}]}}]
faults: [{at: 50s, kind: hang}, {at: 40s, for: 1s, kind: driver_gone}]
)");
  const auto value = [&](base::Duration t) {
    return *Read(*scenario, Lane::kFast, t)[0].readings.Value(Metric::kGpuUtilization);
  };
  EXPECT_EQ(value(seconds(59)), 95);
  EXPECT_EQ(value(seconds(60)), 10);
  EXPECT_EQ(value(seconds(60 * 1000 + 30)), 95);
  EXPECT_FALSE(scenario->At(Lane::kFast, seconds(100), kNow).ok());
  EXPECT_EQ(scenario->HoldUp(Lane::kFast, seconds(110)), seconds(10));
  EXPECT_EQ(scenario->HoldUp(Lane::kFast, seconds(120)), seconds(0));
}

TEST(DefaultScenario, IsEightH100sWithEveryMetricThatKeepMoving) {
  const auto scenario = Parsed(std::string(DefaultScenario()));
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    const auto samples = Read(*scenario, lane, seconds(3));
    ASSERT_EQ(samples.size(), 8u);
    for (const GpuSample& sample : samples) {
      EXPECT_EQ(sample.identity->name, "Simulated H100");
      for (const auto& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
        EXPECT_EQ(sample.readings.Value(row.id).has_value(), row.lane == lane) << row.name;
      }
    }
  }
  double lowest = 100;
  double highest = 0;
  for (int t = 0; t < 90; ++t) {
    const auto samples = Read(*scenario, Lane::kFast, seconds(t));
    double sum = 0;
    for (const auto& sample : samples) sum += *sample.readings.Value(Metric::kGpuUtilization);
    lowest = std::min(lowest, sum / 8);
    highest = std::max(highest, sum / 8);
  }
  EXPECT_LT(lowest, 15) << "the node's average must move, or a demonstration shows nothing";
  EXPECT_GT(highest, 90);
}

}  // namespace
}  // namespace gpuscaler::sources
