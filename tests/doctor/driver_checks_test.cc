#include "await.h"
#include "doctor/found.h"
#include "fakes/nvml/fake_nvml.h"
#include "gtest/gtest.h"

namespace gpuscaler::doctor {
namespace {

using fakes::FakeNvml;
using fakes::NvmlFunction;
using fakes::Return;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class DriverChecks : public testing::Test {
 protected:
  explicit DriverChecks(uint32_t gpus = 2) : nvml_(gpus) { nvml_.SetEnvironment(); }
  ~DriverChecks() override {
    // A probe that hangs must be out of the library before the library goes.
    nvml_.Release(NvmlFunction::kInit);
    nvml_.Release(NvmlFunction::kUtilizationRates);
    if (examined_) Await([this] { return !examined_->nvml->hangs(); });
  }

  const Examined& Examine(base::Duration patience = std::chrono::seconds(20),
                          const std::string& library = FakeNvml::LibraryPath()) {
    Subject subject;
    subject.nvml_library = library;
    subject.patience = patience;
    examined_ = std::make_unique<Examined>(std::move(subject));
    return *examined_;
  }

  FakeNvml nvml_;
  std::unique_ptr<Examined> examined_;
};

TEST_F(DriverChecks, AGoodDriverIsOkThroughout) {
  const Examined& examined = Examine();
  EXPECT_THAT(Text(CheckLibrary(examined)),
              AllOf(StartsWith("ok: "), HasSubstr(FakeNvml::LibraryPath())));
  EXPECT_EQ(Text(CheckSymbols(examined)), "ok: this driver has all functions that are asked\n");
  EXPECT_THAT(Text(CheckInit(examined)), MatchesRegex("ok: driver [0-9.]+, 2 GPUs\n"));
  EXPECT_THAT(Text(CheckGpus(examined)),
              AllOf(HasSubstr("ok: GPU 0 ("), HasSubstr(nvml_.gpu(1).uuid()),
                    HasSubstr(": 11 metrics read\n")));
  EXPECT_EQ(Text(CheckMig(examined)), "ok: no GPU is divided by MIG\n");
  EXPECT_THAT(Text(CheckPersistence(examined)), StartsWith("ok: "));
  EXPECT_TRUE(Await([&] { return !examined.nvml->hangs(); }));
  EXPECT_EQ(nvml_.MisuseText(), "");
}

TEST_F(DriverChecks, ALibraryThatIsNotThereSaysWhatToMountAndTheRestIsSkipped) {
  const Examined& examined = Examine(std::chrono::seconds(20), "libnvidia-ml-absent.so.1");
  EXPECT_THAT(Text(CheckLibrary(examined)),
              AllOf(StartsWith("not ok: "), HasSubstr("runtimeClassName: nvidia")));
  for (const auto check : {CheckSymbols, CheckInit, CheckGpus, CheckMig, CheckPersistence}) {
    EXPECT_THAT(Text(check(examined)), StartsWith("skipped: "));
  }
}

TEST_F(DriverChecks, AnOldDriverLacksFunctionsAndTheirMetricsAreNamed) {
  const std::string found =
      Text(CheckSymbols(Examine(std::chrono::seconds(20), FakeNvml::OldLibraryPath())));
  EXPECT_THAT(found, HasSubstr("warn: nvmlDeviceGetMemoryInfo_v2 is missing"));
  EXPECT_THAT(found, HasSubstr("warn: nvmlDeviceGetFieldValues is missing: nvlink_tx_mbps and "
                               "nvlink_rx_mbps are absent"));
  EXPECT_THAT(found, testing::Not(HasSubstr("nvmlDeviceGetTemperature")));
}

TEST_F(DriverChecks, ADriverThatIsNotLoadedSaysHowToMendIt) {
  nvml_.RemoveDriver();
  const Examined& examined = Examine();
  EXPECT_THAT(Text(CheckInit(examined)),
              AllOf(StartsWith("not ok: "), HasSubstr("DRIVER_NOT_LOADED")));
  EXPECT_THAT(Text(CheckGpus(examined)), StartsWith("skipped: "));
}

TEST_F(DriverChecks, ALostGpuIsNotOkAndTheOthersAre) {
  nvml_.gpu(0).Lose();
  const std::string found = Text(CheckGpus(Examine()));
  EXPECT_THAT(found, HasSubstr("not ok: GPU 0 "));
  EXPECT_THAT(found, HasSubstr("GPU_IS_LOST"));
  EXPECT_THAT(found, HasSubstr("\nok: GPU 1 "));
}

TEST_F(DriverChecks, WhatAGpuDoesNotHaveIsToldAndWhatFailsIsAWarning) {
  nvml_.gpu(0).SetNvlink(fakes::Nvlink::kNone, 0);
  nvml_.gpu(1).Fail(NvmlFunction::kPowerUsage, Return::kUnknown);
  const std::string found = Text(CheckGpus(Examine()));
  EXPECT_THAT(found, HasSubstr("9 metrics read, not had: nvlink_tx_mbps, nvlink_rx_mbps\n"));
  EXPECT_THAT(found, HasSubstr("warn: GPU 1 "));
  EXPECT_THAT(found, HasSubstr("10 metrics read, failed: power_draw ("));
}

TEST_F(DriverChecks, MigIsNotSupportedAndSaid) {
  nvml_.gpu(1).SetMig(true);
  EXPECT_THAT(Text(CheckMig(Examine())), StartsWith("not ok: MIG is on: GPU 1;"));
}

TEST_F(DriverChecks, PersistenceModeThatIsOffIsAHint) {
  nvml_.gpu(0).SetPersistence(false);
  EXPECT_THAT(Text(CheckPersistence(Examine())), StartsWith("warn: off: GPU 0;"));
}

TEST_F(DriverChecks, ACallThatHangsIsNamedAndDoesNotHangTheCheck) {
  nvml_.Hang(NvmlFunction::kInit);
  const Examined& examined = Examine(std::chrono::milliseconds(100));
  EXPECT_THAT(Text(CheckInit(examined)),
              testing::StrEq("not ok: the driver has not answered for 100ms: nvmlInit_v2 hangs\n"));
  EXPECT_TRUE(examined.nvml->hangs());
  EXPECT_THAT(Text(CheckLibrary(examined)), StartsWith("ok: ")) << "what came before is known";
}

TEST_F(DriverChecks, AReadingThatHangsIsNamed) {
  nvml_.Hang(NvmlFunction::kUtilizationRates);
  const Examined& examined = Examine(std::chrono::seconds(2));
  EXPECT_THAT(Text(CheckGpus(examined)), HasSubstr("a reading of the lane fast hangs"));
  EXPECT_THAT(Text(CheckMig(examined)), StartsWith("ok: "));
}

class NoGpus : public DriverChecks {
 protected:
  NoGpus() : DriverChecks(0) {}
};

TEST_F(NoGpus, AContainerThatWasGivenNoneIsTold) {
  EXPECT_THAT(Text(CheckInit(Examine())),
              AllOf(StartsWith("not ok: "), HasSubstr("shows this container no GPU")));
}

TEST(DriverChecksElsewhere, AGatewayAndASimulationSkipThem) {
  EXPECT_EQ(Found(CheckLibrary, {}), "skipped: --source=simulated reads no GPU\n");
  Subject gateway;
  gateway.is_node = false;
  EXPECT_EQ(Found(CheckInit, gateway), "skipped: a gateway reads no GPU\n");
}

}  // namespace
}  // namespace gpuscaler::doctor
