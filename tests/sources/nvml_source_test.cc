// What each quantity is read as, and what its absence or failure is.
#include "sources/nvml/nvml_source.h"

#include "sources/nvml_source_fixture.h"

namespace gpuscaler::sources {
namespace {

using ::testing::AllOf;
using ::testing::DoubleEq;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr uint64_t kMib = 1024 * 1024;

using NvmlSourceTest = NvmlSourceFixture;

TEST_F(NvmlSourceTest, GpusComeInOrderWithTheirIdentities) {
  nvml_.gpu(1).SetUuidNumber(0xbeef);
  Start();
  const auto gpus = Read(Lane::kFast);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].identity->index, 0u);
  EXPECT_EQ(gpus[1].identity->index, 1u);
  EXPECT_EQ(gpus[0].identity->uuid, "GPU-00000001-fa4e-4e76-8d1c-000000000000");
  EXPECT_EQ(gpus[1].identity->uuid, "GPU-0000beef-fa4e-4e76-8d1c-000000000000");
  EXPECT_EQ(gpus[1].identity->name, "NVIDIA Fake 80GB");
  EXPECT_EQ(gpus[1].identity->pci_bus_id, "00000000:11:00.0");
  EXPECT_EQ(gpus[0].identity->minor, 1u);
  EXPECT_EQ(gpus[1].identity->minor, 0u);
}

TEST_F(NvmlSourceTest, TheFastLaneReadsUtilizationAndMemory) {
  nvml_.gpu(0).SetUtilization(87, 42);
  nvml_.gpu(0).SetMemory(1000 * kMib, 200 * kMib, 300 * kMib);
  Start();
  const base::SteadyTime before = base::Now();
  const auto gpus = Read(Lane::kFast);
  ASSERT_EQ(gpus.size(), 2u);
  const telemetry::Readings& readings = gpus[0].readings;
  EXPECT_THAT(readings.Value(Metric::kGpuUtilization), Optional(87.0));
  EXPECT_THAT(readings.Value(Metric::kMemoryUtilization), Optional(42.0));
  EXPECT_THAT(readings.Value(Metric::kMemoryUsedMib), Optional(300.0));
  EXPECT_THAT(readings.Value(Metric::kMemoryTotalMib), Optional(1000.0));
  EXPECT_THAT(readings.Value(Metric::kMemoryUsedPercent), Optional(37.5));  // 300 of 800
  EXPECT_GE(readings[Metric::kGpuUtilization].sampled_at, before);
  EXPECT_LE(readings[Metric::kGpuUtilization].sampled_at, base::Now());
  EXPECT_TRUE(gpus[0].status.ok());
  EXPECT_TRUE(gpus[0].reading_failure.ok()) << gpus[0].reading_failure;
}

TEST_F(NvmlSourceTest, TheFullLaneReadsTemperatureAndPower) {
  nvml_.gpu(1).SetTemperature(-5);
  nvml_.gpu(1).SetPower(312345);
  Start();
  const auto gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_THAT(gpus[1].readings.Value(Metric::kTemperature), Optional(-5.0));
  EXPECT_THAT(gpus[1].readings.Value(Metric::kPowerDraw), Optional(DoubleEq(312.345)));
}

TEST_F(NvmlSourceTest, TheBandwidthLaneReadsPcieBothWays) {
  nvml_.gpu(0).SetPcie(123456, 654321);
  Start();
  const auto gpus = Read(Lane::kBandwidth);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_THAT(gpus[0].readings.Value(Metric::kPcieTxKbps), Optional(123456.0));
  EXPECT_THAT(gpus[0].readings.Value(Metric::kPcieRxKbps), Optional(654321.0));
}

TEST_F(NvmlSourceTest, ALaneReadsItsOwnMetricsOnly) {
  Start();
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    const auto gpus = Read(lane);
    ASSERT_EQ(gpus.size(), 2u);
    for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
      EXPECT_EQ(gpus[0].readings[row.id].state == ReadingState::kNever, row.lane != lane)
          << row.name << " in lane " << catalog::LaneName(lane);
    }
  }
}

TEST_F(NvmlSourceTest, WhatBlocksIsCalledInTheBandwidthLaneOnly) {
  Start();
  Read(Lane::kFast);
  Read(Lane::kFull);
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kPcieThroughput), 0u);
  Read(Lane::kBandwidth);
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kPcieThroughput), 4u);  // 2 GPUs, 2 directions
}

TEST_F(NvmlSourceTest, OlderDriversAreReadThroughOlderFunctions) {
  nvml_.gpu(0).SetMemory(1000 * kMib, 200 * kMib, 300 * kMib);
  nvml_.gpu(0).SetTemperature(61);
  Start(Fast(FakeNvml::OldLibraryPath()));
  const auto fast = Read(Lane::kFast);
  const auto full = Read(Lane::kFull);
  ASSERT_EQ(fast.size(), 2u);
  ASSERT_EQ(full.size(), 2u);
  // The old call counts what is reserved as used.
  EXPECT_THAT(fast[0].readings.Value(Metric::kMemoryUsedMib), Optional(500.0));
  EXPECT_THAT(fast[0].readings.Value(Metric::kMemoryUsedPercent), Optional(50.0));
  EXPECT_THAT(full[0].readings.Value(Metric::kTemperature), Optional(61.0));
  EXPECT_EQ(full[0].readings[Metric::kNvlinkTxMbps].state, ReadingState::kUnsupported);
}

TEST_F(NvmlSourceTest, AVersionThatTheDriverDoesNotKnowIsNotTriedTwice) {
  nvml_.Fail(NvmlFunction::kMemoryInfoV2, Return::kFunctionNotFound);
  nvml_.Fail(NvmlFunction::kTemperatureV, Return::kArgumentVersionMismatch);
  nvml_.gpu(0).SetMemory(1000 * kMib, 200 * kMib, 300 * kMib);
  nvml_.gpu(0).SetTemperature(61);
  Start();
  for (int i = 0; i < 3; ++i) {
    const auto fast = Read(Lane::kFast);
    const auto full = Read(Lane::kFull);
    ASSERT_EQ(fast.size(), 2u);
    ASSERT_EQ(full.size(), 2u);
    EXPECT_THAT(fast[0].readings.Value(Metric::kMemoryUsedPercent), Optional(50.0));
    EXPECT_THAT(full[0].readings.Value(Metric::kTemperature), Optional(61.0));
  }
  EXPECT_EQ(nvml_.gpu(0).Calls(NvmlFunction::kMemoryInfoV2), 1u);
  EXPECT_EQ(nvml_.gpu(0).Calls(NvmlFunction::kMemoryInfo), 3u);
  EXPECT_EQ(nvml_.gpu(0).Calls(NvmlFunction::kTemperatureV), 1u);
}

struct AbsenceCase {
  std::vector<NvmlFunction> functions;
  std::vector<Metric> metrics;
  Lane lane;
};

class NvmlAbsenceTest : public NvmlSourceFixture,
                        public ::testing::WithParamInterface<std::pair<AbsenceCase, Return>> {};

std::vector<std::pair<AbsenceCase, Return>> AbsenceCases() {
  const std::vector<AbsenceCase> quantities = {
      {{NvmlFunction::kUtilizationRates},
       {Metric::kGpuUtilization, Metric::kMemoryUtilization},
       Lane::kFast},
      {{NvmlFunction::kMemoryInfoV2, NvmlFunction::kMemoryInfo},
       {Metric::kMemoryUsedMib, Metric::kMemoryTotalMib, Metric::kMemoryUsedPercent},
       Lane::kFast},
      {{NvmlFunction::kTemperatureV, NvmlFunction::kTemperature},
       {Metric::kTemperature},
       Lane::kFull},
      {{NvmlFunction::kPowerUsage}, {Metric::kPowerDraw}, Lane::kFull},
      {{NvmlFunction::kFieldValues}, {Metric::kNvlinkTxMbps, Metric::kNvlinkRxMbps}, Lane::kFull},
      {{NvmlFunction::kPcieThroughput},
       {Metric::kPcieTxKbps, Metric::kPcieRxKbps},
       Lane::kBandwidth}};
  std::vector<std::pair<AbsenceCase, Return>> cases;
  for (const AbsenceCase& quantity : quantities) {
    for (const Return code : {Return::kNotSupported, Return::kNoPermission}) {
      cases.emplace_back(quantity, code);
    }
  }
  return cases;
}

TEST_P(NvmlAbsenceTest, OfOneGpuIsAbsentNotZeroAndAskedForOnce) {
  const AbsenceCase& quantity = GetParam().first;
  for (const NvmlFunction function : quantity.functions) {
    nvml_.gpu(0).Fail(function, GetParam().second);
  }
  Start();
  Read(quantity.lane);
  std::vector<uint64_t> calls;
  for (const NvmlFunction f : quantity.functions) calls.push_back(nvml_.gpu(0).Calls(f));
  for (int i = 0; i < 3; ++i) {
    const auto gpus = Read(quantity.lane);
    ASSERT_EQ(gpus.size(), 2u);
    EXPECT_TRUE(gpus[0].status.ok()) << gpus[0].status;
    EXPECT_TRUE(gpus[0].reading_failure.ok()) << gpus[0].reading_failure;
    for (const Metric metric : quantity.metrics) {
      EXPECT_EQ(gpus[0].readings[metric].state, ReadingState::kUnsupported);
      EXPECT_EQ(gpus[1].readings[metric].state, ReadingState::kValue);
    }
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_GT(calls[i], 0u);
    EXPECT_EQ(nvml_.gpu(0).Calls(quantity.functions[i]), calls[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(EachQuantity, NvmlAbsenceTest, ::testing::ValuesIn(AbsenceCases()));

TEST_F(NvmlSourceTest, AFailedReadingNamesFunctionGpuAndCodeAndTheOthersStay) {
  nvml_.gpu(1).Fail(NvmlFunction::kTemperatureV, Return::kTimeout);
  Start();
  const auto gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_TRUE(gpus[1].status.ok()) << gpus[1].status;
  EXPECT_EQ(gpus[1].readings[Metric::kTemperature].state, ReadingState::kFailed);
  EXPECT_EQ(gpus[1].readings[Metric::kPowerDraw].state, ReadingState::kValue);
  EXPECT_EQ(gpus[1].reading_failure.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Text(gpus[1].reading_failure),
              HasSubstr("nvmlDeviceGetTemperatureV of GPU 1 failed with 10 (TIMEOUT)"));
  EXPECT_EQ(gpus[0].readings[Metric::kTemperature].state, ReadingState::kValue);
}

TEST_F(NvmlSourceTest, ACodeThatIsInNoTableIsAFailedReading) {
  nvml_.gpu(0).Fail(NvmlFunction::kPowerUsage, static_cast<Return>(4711));
  Start();
  const auto gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].readings[Metric::kPowerDraw].state, ReadingState::kFailed);
  EXPECT_THAT(Text(gpus[0].reading_failure), HasSubstr("4711"));
}

TEST_F(NvmlSourceTest, GarbageIsAFailedReadingNotAValue) {
  nvml_.gpu(0).SetUtilization(101, 0);
  nvml_.gpu(1).SetUtilization(50, 4294967295);
  nvml_.gpu(0).SetMemory(100 * kMib, 0, 101 * kMib);
  nvml_.gpu(1).SetMemory(0, 0, 0);
  nvml_.gpu(0).SetPower(4294967295);
  nvml_.gpu(0).SetTemperature(2000);
  Start();
  const auto fast = Read(Lane::kFast);
  const auto full = Read(Lane::kFull);
  ASSERT_EQ(fast.size(), 2u);
  ASSERT_EQ(full.size(), 2u);
  for (const GpuSample& gpu : fast) {
    EXPECT_EQ(gpu.readings[Metric::kGpuUtilization].state, ReadingState::kFailed);
    EXPECT_EQ(gpu.readings[Metric::kMemoryUtilization].state, ReadingState::kFailed);
    EXPECT_EQ(gpu.readings[Metric::kMemoryUsedPercent].state, ReadingState::kFailed);
    EXPECT_THAT(Text(gpu.reading_failure), HasSubstr("above 100%"));
  }
  EXPECT_EQ(full[0].readings[Metric::kPowerDraw].state, ReadingState::kFailed);
  EXPECT_EQ(full[0].readings[Metric::kTemperature].state, ReadingState::kFailed);
}

TEST_F(NvmlSourceTest, AGpuWithoutNameOrAddressIsStillRead) {
  nvml_.gpu(0).Fail(NvmlFunction::kName, Return::kUnknown);
  nvml_.gpu(0).Fail(NvmlFunction::kPciInfo, Return::kUnknown);
  Start();
  const auto gpus = Read(Lane::kFast);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].identity->name, "");
  EXPECT_EQ(gpus[0].identity->pci_bus_id, "");
  EXPECT_EQ(gpus[0].readings[Metric::kGpuUtilization].state, ReadingState::kValue);
}

}  // namespace
}  // namespace gpuscaler::sources
