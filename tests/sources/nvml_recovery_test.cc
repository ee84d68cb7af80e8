// What NvmlSource does when GPUs, the driver or its library go and come back.
#include <dlfcn.h>

#include <filesystem>

#include "sources/nvml_source_fixture.h"

namespace gpuscaler::sources {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using NvmlRecoveryTest = NvmlSourceFixture;

TEST_F(NvmlRecoveryTest, InitShutdownAndUnloadHappenOnceAndInThisOrder) {
  Start();
  for (int i = 0; i < 50; ++i) {
    for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) Read(lane);
  }
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kInit), 1u);
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kHandleByIndex), 2u);
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kShutdown), 0u);
  source_.reset();
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kShutdown), 1u);
  EXPECT_EQ(nvml_.Loads(), 1u);
  EXPECT_EQ(nvml_.Unloads(), 1u);
  EXPECT_EQ(nvml_.Misuse(fakes::NvmlMisuse::kUnloadedWhileInitialized), 0u);
}

TEST_F(NvmlRecoveryTest, WithoutALibraryReadSaysWhatToFixAndGoesOnOnceThereIsOne) {
  const std::filesystem::path link =
      std::filesystem::path(nvml_.ChildEnvironment()[1].second).replace_filename("late.so.1");
  Start(Fast(link));
  for (int i = 0; i < 3; ++i) {
    const auto read = source_->Read(Lane::kFast);
    ASSERT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(Text(read.status()),
                AllOf(HasSubstr("late.so.1"), HasSubstr("not installed on this node"),
                      HasSubstr("NVIDIA_DRIVER_CAPABILITIES=utility")));
  }
  EXPECT_TRUE(source_->fatal().ok());
  std::filesystem::create_symlink(FakeNvml::LibraryPath(), link);
  const auto read = ReadUntil(Lane::kFast, IsOk);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->size(), 2u);
}

TEST_F(NvmlRecoveryTest, ADriverThatGoesIsAnErrorAndOneThatReturnsIsReadAgain) {
  Start();
  Read(Lane::kFast);
  nvml_.RemoveDriver();
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    const auto read = source_->Read(lane);
    ASSERT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(Text(read.status()), AllOf(HasSubstr("DRIVER_NOT_LOADED"), HasSubstr("reload it")));
  }
  nvml_.LoadDriver();
  nvml_.gpu(0).SetUtilization(77, 7);
  const auto read = ReadUntil(Lane::kFast, IsOk);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].readings.Value(Metric::kGpuUtilization), 77.0);
  source_.reset();
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kShutdown), 2u);
  EXPECT_EQ(nvml_.Loads(), nvml_.Unloads());
}

TEST_F(NvmlRecoveryTest, ADriverReloadedBetweenTwoReadsIsOpenedAnewWithinOne) {
  Start();
  Read(Lane::kFast);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));  // longer than the longest pause
  nvml_.LoadDriver();
  EXPECT_EQ(Read(Lane::kFast).size(), 2u);
}

TEST_F(NvmlRecoveryTest, AMismatchOfVersionsSaysHowToEndIt) {
  nvml_.Fail(NvmlFunction::kInit, Return::kLibRmVersionMismatch);
  Start();
  const auto read = source_->Read(Lane::kFast);
  ASSERT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Text(read.status()), AllOf(HasSubstr("nvmlInit_v2 failed with 18"),
                                         HasSubstr("finish the driver's upgrade")));
}

TEST_F(NvmlRecoveryTest, FailuresToOpenAreSpacedByGrowingPauses) {
  nvml_.RemoveDriver();
  NvmlSource::Options options = Fast();
  options.sessions.first_pause = std::chrono::hours(1);
  Start(options);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(source_->Read(Lane::kFast).ok());
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kInit), 1u);
}

TEST_F(NvmlRecoveryTest, SomebodyElsesShutdownCostsNoReading) {
  Start();
  Read(Lane::kFast);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  void* const other = dlopen(FakeNvml::LibraryPath().c_str(), RTLD_NOW);
  ASSERT_NE(other, nullptr);
  const auto shutdown = reinterpret_cast<Return (*)()>(dlsym(other, "nvmlShutdown"));
  ASSERT_EQ(shutdown(), Return::kSuccess);
  EXPECT_EQ(Read(Lane::kFast).size(), 2u);
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kInit), 2u);
  dlclose(other);
  misuse_ = "1 x call before init";
}

TEST_F(NvmlRecoveryTest, NoGpuInTheContainerIsAnErrorThatSaysWhatToFix) {
  nvml_.SetGpuCount(0);
  Start();
  const auto read = source_->Read(Lane::kFast);
  ASSERT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Text(read.status()), HasSubstr("NVIDIA_VISIBLE_DEVICES"));
}

TEST_F(NvmlRecoveryTest, ALostGpuDropsOutAlone) {
  NvmlSource::Options options = Fast();
  options.lost_gpu_retry = std::chrono::hours(1);
  Start(options);
  Read(Lane::kFast);
  nvml_.gpu(1).Lose();
  for (const Lane lane : {Lane::kFast, Lane::kFull, Lane::kBandwidth}) {
    const auto gpus = Read(lane);
    ASSERT_EQ(gpus.size(), 2u);
    EXPECT_TRUE(gpus[0].status.ok());
    EXPECT_EQ(gpus[1].status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(Text(gpus[1].status), AllOf(HasSubstr("of GPU 1 "), HasSubstr("GPU_IS_LOST")));
    for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
      EXPECT_EQ(gpus[1].readings[row.id].state, ReadingState::kNever) << row.name;
      if (row.lane == lane) {
        EXPECT_NE(gpus[0].readings[row.id].state, ReadingState::kNever) << row.name;
      }
    }
  }
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kInit), 1u);
}

TEST_F(NvmlRecoveryTest, ALostGpuThatWasResetIsSeenByANewInit) {
  Start();
  Read(Lane::kFast);
  nvml_.gpu(1).Lose();
  const auto lost = ReadUntil(Lane::kFast, [this](const ReadResult& read) {
    return read.ok() && nvml_.Calls(NvmlFunction::kInit) > 2;
  });
  ASSERT_TRUE(lost.ok());
  ASSERT_EQ(lost->size(), 2u);
  // Lost at enumeration, it can no longer say who it is; it is still known.
  EXPECT_FALSE((*lost)[1].status.ok());
  EXPECT_EQ((*lost)[1].identity->uuid, nvml_.gpu(1).uuid());
  EXPECT_EQ((*lost)[0].readings[Metric::kGpuUtilization].state, ReadingState::kValue);
  nvml_.gpu(1).Recover();
  const auto back = ReadUntil(
      Lane::kFast, [](const ReadResult& read) { return read.ok() && (*read)[1].status.ok(); });
  ASSERT_TRUE(back.ok());
  EXPECT_EQ((*back)[1].readings[Metric::kGpuUtilization].state, ReadingState::kValue);
}

TEST_F(NvmlRecoveryTest, AGpuLostFromTheStartStaysInTheList) {
  nvml_.gpu(0).Lose();
  Start();
  const auto gpus = Read(Lane::kFast);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].identity->index, 0u);
  EXPECT_EQ(gpus[0].identity->uuid, "");
  EXPECT_THAT(Text(gpus[0].status), HasSubstr("nvmlDeviceGetHandleByIndex_v2 of GPU 0"));
  EXPECT_TRUE(gpus[1].status.ok());
}

TEST_F(NvmlRecoveryTest, AGpuThatNeedsAResetSaysSo) {
  nvml_.gpu(0).Fail(NvmlFunction::kMemoryInfoV2, Return::kResetRequired);
  Start();
  const auto gpus = Read(Lane::kFast);
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_THAT(Text(gpus[0].status), HasSubstr("--gpu-reset"));
  EXPECT_EQ(gpus[0].readings[Metric::kGpuUtilization].state, ReadingState::kNever);
}

TEST_F(NvmlRecoveryTest, WhenEveryGpuIsLostTheDriverIsOpenedAnewUntilOneIsBack) {
  Start();
  Read(Lane::kFast);
  nvml_.gpu(0).Lose();
  nvml_.gpu(1).Lose();
  const auto lost = Read(Lane::kFast);
  ASSERT_EQ(lost.size(), 2u);
  EXPECT_FALSE(lost[0].status.ok());
  EXPECT_FALSE(lost[1].status.ok());
  const auto gone = ReadUntil(
      Lane::kFast, [this](const ReadResult&) { return nvml_.Calls(NvmlFunction::kInit) > 3; });
  EXPECT_EQ(gone.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Text(gone.status()), HasSubstr("GPU_IS_LOST"));
  nvml_.gpu(1).Recover();
  const auto back = ReadUntil(Lane::kFast, IsOk);
  ASSERT_TRUE(back.ok());
  EXPECT_FALSE((*back)[0].status.ok());
  EXPECT_TRUE((*back)[1].status.ok());
}

TEST_F(NvmlRecoveryTest, AGpuThatIsAddedIsFound) {
  Start();
  EXPECT_EQ(Read(Lane::kFull).size(), 2u);
  nvml_.SetGpuCount(3);
  Read(Lane::kFull);
  const auto read =
      ReadUntil(Lane::kFast, [](const ReadResult& r) { return r.ok() && r->size() == 3; });
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE((*read)[2].status.ok());
}

TEST_F(NvmlRecoveryTest, AContainerThatLostItsDevicesIsFatalOnceANewInitFailsToo) {
  Start();
  Read(Lane::kFast);
  nvml_.Fail(NvmlFunction::kUtilizationRates, Return::kUnknown);
  nvml_.Fail(NvmlFunction::kMemoryInfoV2, Return::kUnknown);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(source_->fatal().ok());
    EXPECT_EQ(source_->Read(Lane::kFast).status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_TRUE(source_->fatal().ok());
  const auto is_fatal = [this](const ReadResult&) { return !source_->fatal().ok(); };
  EXPECT_FALSE(ReadUntil(Lane::kFast, is_fatal).ok());
  EXPECT_GE(nvml_.Calls(NvmlFunction::kInit), 2u);
  EXPECT_THAT(Text(source_->fatal()), HasSubstr("daemon-reload"));
}

TEST_F(NvmlRecoveryTest, ADriverThatCannotBeOpenedAnewForUnknownReasonsIsFatal) {
  Start();
  Read(Lane::kFast);
  nvml_.RemoveDriver(Return::kUnknown);
  const auto is_fatal = [this](const ReadResult&) { return !source_->fatal().ok(); };
  EXPECT_FALSE(ReadUntil(Lane::kFast, is_fatal).ok());
}

TEST_F(NvmlRecoveryTest, ADriverThatCouldNeverBeOpenedIsNotFatal) {
  nvml_.RemoveDriver(Return::kUnknown);
  Start();
  const auto tried_often = [this](const ReadResult&) {
    return nvml_.Calls(NvmlFunction::kInit) > 10;
  };
  EXPECT_FALSE(ReadUntil(Lane::kFast, tried_often).ok());
  EXPECT_TRUE(source_->fatal().ok());
}

TEST_F(NvmlRecoveryTest, OneGpuThatSaysUnknownIsItsOwnTrouble) {
  Start();
  nvml_.gpu(0).Fail(NvmlFunction::kUtilizationRates, Return::kUnknown);
  nvml_.gpu(0).Fail(NvmlFunction::kMemoryInfoV2, Return::kUnknown);
  for (int i = 0; i < 20; ++i) {
    const auto gpus = Read(Lane::kFast);
    ASSERT_EQ(gpus.size(), 2u);
    EXPECT_EQ(gpus[0].readings[Metric::kGpuUtilization].state, ReadingState::kFailed);
    EXPECT_THAT(Text(gpus[0].reading_failure), HasSubstr("of GPU 0 failed with 999"));
    EXPECT_EQ(gpus[1].readings[Metric::kGpuUtilization].state, ReadingState::kValue);
  }
  EXPECT_TRUE(source_->fatal().ok());
  EXPECT_EQ(nvml_.Calls(NvmlFunction::kInit), 1u);
}

}  // namespace
}  // namespace gpuscaler::sources
