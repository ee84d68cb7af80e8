// NVLink rates: the arithmetic alone, then through the driver's fields.
#include "sources/nvml/counter_rate.h"
#include "sources/nvml_source_fixture.h"

namespace gpuscaler::sources {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

TEST(CounterRateTest, IsTheDifferenceOverTheTimeBetween) {
  nvml::CounterRate rate;
  const base::SteadyTime start = base::SteadyTime() + std::chrono::hours(1);
  EXPECT_EQ(rate.Update(1000, 0, start), std::nullopt);
  EXPECT_THAT(rate.Update(4000, 0, start + std::chrono::milliseconds(1500)), Optional(2000.0));
  EXPECT_THAT(rate.Update(4000, 0, start + std::chrono::milliseconds(2000)), Optional(0.0));
}

TEST(CounterRateTest, ACounterThatWentBackStartsAnew) {
  nvml::CounterRate rate;
  const base::SteadyTime start = base::SteadyTime() + std::chrono::hours(1);
  rate.Update(5000, 0, start);
  EXPECT_EQ(rate.Update(10, 0, start + std::chrono::seconds(1)), std::nullopt);
  EXPECT_THAT(rate.Update(30, 0, start + std::chrono::seconds(3)), Optional(10.0));
}

TEST(CounterRateTest, ASumOfOtherPartsStartsAnew) {
  nvml::CounterRate rate;
  const base::SteadyTime start = base::SteadyTime() + std::chrono::hours(1);
  rate.Update(100, 0b01, start);
  EXPECT_EQ(rate.Update(9000, 0b11, start + std::chrono::seconds(1)), std::nullopt);
  EXPECT_THAT(rate.Update(9500, 0b11, start + std::chrono::seconds(2)), Optional(500.0));
}

TEST(CounterRateTest, WithoutTimeBetweenThereIsNoRate) {
  nvml::CounterRate rate;
  const base::SteadyTime start = base::SteadyTime() + std::chrono::hours(1);
  rate.Update(100, 0, start);
  EXPECT_EQ(rate.Update(200, 0, start), std::nullopt);
}

class NvmlNvlinkTest : public NvmlSourceFixture {
 protected:
  struct Bounds {
    double low;
    double high;
  };

  // Sets the counters of GPU 0 between two reads of the full lane, and bounds
  // the rate of `bytes` by the time that passed at least and at most.
  Bounds ReadAround(uint64_t tx_before, uint64_t rx_before, uint64_t tx_after, uint64_t rx_after,
                    double bytes) {
    nvml_.gpu(0).SetNvlinkBytes(tx_before, rx_before);
    const base::SteadyTime before_first = base::Now();
    Read(Lane::kFull);
    const base::SteadyTime after_first = base::Now();
    nvml_.gpu(0).SetNvlinkBytes(tx_after, rx_after);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const base::SteadyTime before_second = base::Now();
    second_ = Read(Lane::kFull);
    const base::SteadyTime after_second = base::Now();
    return {bytes / 1e6 / base::ToSeconds(after_second - before_first),
            bytes / 1e6 / base::ToSeconds(before_second - after_first)};
  }

  double Second(Metric metric) {
    if (second_.empty()) return -1;
    EXPECT_TRUE(second_[0].reading_failure.ok()) << second_[0].reading_failure;
    return second_[0].readings.Value(metric).value_or(-1);
  }

  std::vector<GpuSample> second_;
};

TEST_F(NvmlNvlinkTest, TheTotalsInKibGiveARate) {
  Start();
  const Bounds tx =
      ReadAround(1'024'000, 2'048'000, 1'024'000 + 51'200'000, 2'048'000 + 25'600'000, 51'200'000);
  EXPECT_GE(Second(Metric::kNvlinkTxMbps), tx.low);
  EXPECT_LE(Second(Metric::kNvlinkTxMbps), tx.high);
  EXPECT_DOUBLE_EQ(Second(Metric::kNvlinkRxMbps) * 2, Second(Metric::kNvlinkTxMbps));
}

TEST_F(NvmlNvlinkTest, TheTypeOfACounterIsHonoured) {
  for (const auto type : {nvml::ValueType::kDouble, nvml::ValueType::kUint32,
                          nvml::ValueType::kUint64, nvml::ValueType::kInt64}) {
    nvml_.gpu(0).SetNvlinkType(type);
    Start();
    const Bounds tx = ReadAround(1'024'000, 0, 11'264'000, 1024, 10'240'000);
    EXPECT_GE(Second(Metric::kNvlinkTxMbps), tx.low) << static_cast<int>(type);
    EXPECT_LE(Second(Metric::kNvlinkTxMbps), tx.high) << static_cast<int>(type);
  }
}

TEST_F(NvmlNvlinkTest, ACounterOfAnUnknownTypeIsAFailedReading) {
  nvml_.gpu(0).SetNvlinkType(static_cast<nvml::ValueType>(99));
  Start();
  const auto gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].readings[Metric::kNvlinkTxMbps].state, ReadingState::kFailed);
  EXPECT_THAT(Text(gpus[0].reading_failure), HasSubstr("no count"));
}

TEST_F(NvmlNvlinkTest, TheFirstReadingAndAResetCounterHaveNoRateYet) {
  Start();
  nvml_.gpu(0).SetNvlinkBytes(1'000'000'000, 1'000'000'000);
  for (int i = 0; i < 2; ++i) {
    auto gpus = Read(Lane::kFull);
    ASSERT_EQ(gpus.size(), 2u);
    EXPECT_EQ(gpus[0].readings[Metric::kNvlinkTxMbps].state, ReadingState::kFailed);
    EXPECT_EQ(gpus[0].readings[Metric::kNvlinkRxMbps].state, ReadingState::kFailed);
    EXPECT_EQ(gpus[0].reading_failure.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(Text(gpus[0].reading_failure), HasSubstr("a rate needs two readings"));
    EXPECT_EQ(gpus[0].readings[Metric::kPowerDraw].state, ReadingState::kValue);
    gpus = Read(Lane::kFull);
    ASSERT_EQ(gpus.size(), 2u);
    EXPECT_THAT(gpus[0].readings.Value(Metric::kNvlinkTxMbps), Optional(0.0));
    nvml_.gpu(0).SetNvlinkBytes(1'000'000, 1'000'000'000);
  }
}

TEST_F(NvmlNvlinkTest, WithoutNvlinkTheRateIsAbsent) {
  nvml_.gpu(0).SetNvlink(fakes::Nvlink::kNone, 0);
  Start();
  Read(Lane::kFull);
  const uint64_t calls = nvml_.gpu(0).Calls(NvmlFunction::kFieldValues);
  const auto gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].readings[Metric::kNvlinkTxMbps].state, ReadingState::kUnsupported);
  EXPECT_EQ(gpus[1].readings[Metric::kNvlinkTxMbps].state, ReadingState::kValue);
  EXPECT_TRUE(gpus[0].reading_failure.ok()) << gpus[0].reading_failure;
  EXPECT_EQ(nvml_.gpu(0).Calls(NvmlFunction::kFieldValues), calls);
}

TEST_F(NvmlNvlinkTest, AFieldThatFailsWithinACallThatWorksIsAFailedReading) {
  nvml_.gpu(0).FailNvlinkFields(Return::kTimeout);
  Start();
  const auto gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].readings[Metric::kNvlinkTxMbps].state, ReadingState::kFailed);
  EXPECT_THAT(Text(gpus[0].reading_failure),
              HasSubstr("nvmlDeviceGetFieldValues of GPU 0 failed with 10"));
}

TEST_F(NvmlNvlinkTest, CountersByLinkAreSummedUp) {
  nvml_.gpu(0).SetNvlink(fakes::Nvlink::kByLink, 18);
  Start();
  const Bounds tx = ReadAround(7, 11, 7 + 36'000'000, 11 + 18'000'000, 36'000'000);
  EXPECT_GE(Second(Metric::kNvlinkTxMbps), tx.low);
  EXPECT_LE(Second(Metric::kNvlinkTxMbps), tx.high);
  EXPECT_DOUBLE_EQ(Second(Metric::kNvlinkRxMbps) * 2, Second(Metric::kNvlinkTxMbps));
}

TEST_F(NvmlNvlinkTest, ALinkThatComesUpIsNoBurst) {
  nvml_.gpu(0).SetNvlink(fakes::Nvlink::kByLink, 4);
  nvml_.gpu(0).SetNvlinkDown(0b0100);
  nvml_.gpu(0).SetNvlinkBytes(4'000'000'000'000, 4'000'000'000'000);
  Start();
  Read(Lane::kFull);
  auto gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_THAT(gpus[0].readings.Value(Metric::kNvlinkTxMbps), Optional(0.0));
  nvml_.gpu(0).SetNvlinkDown(0);
  gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].readings[Metric::kNvlinkTxMbps].state, ReadingState::kFailed);
  gpus = Read(Lane::kFull);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_THAT(gpus[0].readings.Value(Metric::kNvlinkTxMbps), Optional(0.0));
}

TEST_F(NvmlNvlinkTest, AFakeThatRunsAtARateIsReadAtThatRate) {
  Start();
  nvml_.gpu(0).SetNvlinkRates(50'000'000'000, 25'000'000'000);
  const base::SteadyTime before_first = base::Now();
  Read(Lane::kFull);
  const base::SteadyTime after_first = base::Now();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const base::SteadyTime before_second = base::Now();
  const auto gpus = Read(Lane::kFull);
  const base::SteadyTime after_second = base::Now();
  ASSERT_EQ(gpus.size(), 2u);
  // Counter and clock are read at two moments within each read.
  const double slack =
      base::ToSeconds(after_second - before_first) / base::ToSeconds(before_second - after_first);
  const double tx = gpus[0].readings.Value(Metric::kNvlinkTxMbps).value_or(0);
  const double rx = gpus[0].readings.Value(Metric::kNvlinkRxMbps).value_or(0);
  EXPECT_GE(tx, 50000 / slack);
  EXPECT_LE(tx, 50000 * slack);
  EXPECT_GE(rx, 25000 / slack);
  EXPECT_LE(rx, 25000 * slack);
}

}  // namespace
}  // namespace gpuscaler::sources
