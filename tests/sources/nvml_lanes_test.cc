// Lanes of NvmlSource side by side: hangs, and everything at once.
#include <atomic>

#include "sources/nvml_source_fixture.h"

namespace gpuscaler::sources {
namespace {

using ::testing::HasSubstr;

using NvmlLanesTest = NvmlSourceFixture;

TEST_F(NvmlLanesTest, ACallThatHangsInOneLaneDelaysNoOther) {
  Start();
  Read(Lane::kFast);
  nvml_.Hang(NvmlFunction::kPcieThroughput);
  std::thread hung([&] { Read(Lane::kBandwidth); });
  Await([&] { return nvml_.Blocked(NvmlFunction::kPcieThroughput) == 1; });
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Read(Lane::kFast).size(), 2u);
    EXPECT_EQ(Read(Lane::kFull).size(), 2u);
  }
  EXPECT_EQ(nvml_.Blocked(NvmlFunction::kPcieThroughput), 1u);
  nvml_.Release(NvmlFunction::kPcieThroughput);
  hung.join();
}

TEST_F(NvmlLanesTest, AnInitThatHangsIsWaitedForOnceOnly) {
  NvmlSource::Options options = Fast();
  options.sessions.patience = std::chrono::seconds(1);
  Start(options);
  nvml_.Hang(NvmlFunction::kInit);
  std::thread hung([&] { Read(Lane::kFast); });
  Await([&] { return nvml_.Blocked(NvmlFunction::kInit) == 1; });
  const base::SteadyTime before = base::Now();
  for (int i = 0; i < 20; ++i) {
    const auto read = source_->Read(Lane::kFull);
    ASSERT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(Text(read.status()), HasSubstr("has not returned yet"));
  }
  EXPECT_LT(base::Now() - before, std::chrono::seconds(10));  // not 20
  nvml_.Release(NvmlFunction::kInit);
  hung.join();
  EXPECT_EQ(Read(Lane::kFull).size(), 2u);
}

TEST_F(NvmlLanesTest, LanesThatStartTogetherShareOneInit) {
  Start();
  nvml_.Hang(NvmlFunction::kInit);
  std::vector<std::thread> threads;
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    threads.emplace_back([this, lane] { EXPECT_EQ(Read(lane).size(), 2u); });
  }
  Await([&] { return nvml_.Blocked(NvmlFunction::kInit) == 1; });
  nvml_.Release(NvmlFunction::kInit);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kInit), 1u);
}

TEST_F(NvmlLanesTest, ANewSessionIsOpenedOnlyWhenTheOldOneIsClosed) {
  NvmlSource::Options options = Fast();
  options.sessions.patience = std::chrono::milliseconds(10);
  Start(options);
  Read(Lane::kFast);
  nvml_.Hang(NvmlFunction::kPcieThroughput);
  std::thread hung([&] { EXPECT_FALSE(source_->Read(Lane::kBandwidth).ok()); });
  Await([&] { return nvml_.Blocked(NvmlFunction::kPcieThroughput) == 1; });
  nvml_.RemoveDriver();
  EXPECT_FALSE(source_->Read(Lane::kFast).ok());
  nvml_.LoadDriver();
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(source_->Read(Lane::kFast).ok());
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kInit), 1u);
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kShutdown), 0u);
  // Gone for good as far as that lane can see: it neither reads nor opens.
  nvml_.RemoveDriver();
  nvml_.Release(NvmlFunction::kPcieThroughput);
  hung.join();
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kShutdown), 1u);
  nvml_.LoadDriver();
  EXPECT_TRUE(ReadUntil(Lane::kFast, IsOk).ok());
}

TEST_F(NvmlLanesTest, EverythingAtOnceEndsInReadings) {
  Start();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    threads.emplace_back([&, lane] {
      while (!stop) {
        const auto read = source_->Read(lane);
        if (read.ok()) {
          EXPECT_GE(read->size(), 2u);
        }
        EXPECT_TRUE(source_->fatal().ok());
      }
    });
  }
  for (uint32_t i = 0; i < 30; ++i) {
    nvml_.gpu(1).Lose();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    nvml_.gpu(1).Recover();
    nvml_.SetGpuCount(2 + i % 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    nvml_.RemoveDriver();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    nvml_.LoadDriver();
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    const auto both = [](const ReadResult& read) {
      return read.ok() && (*read)[0].status.ok() && (*read)[1].status.ok();
    };
    EXPECT_TRUE(ReadUntil(lane, both).ok());
  }
  source_.reset();
  EXPECT_EQ(nvml_.Loads(), nvml_.Unloads());
  // An init that failed is not shut down; one that did not is.
  EXPECT_GT(nvml_.Calls(NvmlFunction::kShutdown), 1u);
  EXPECT_LE(nvml_.Calls(NvmlFunction::kShutdown), nvml_.Calls(NvmlFunction::kInit));
}

}  // namespace
}  // namespace gpuscaler::sources
