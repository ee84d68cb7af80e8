// The parts of NvmlSource that need no driver, and the library alone.
#include <dlfcn.h>

#include "sources/nvml/access_watch.h"
#include "sources/nvml/nvml_library.h"
#include "sources/nvml/nvml_status.h"
#include "sources/nvml_source_fixture.h"

namespace gpuscaler::sources::nvml {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(NvmlStatusTest, NamesFunctionCodeAndMeaning) {
  const absl::Status status = ToStatus("nvmlDeviceGetPowerUsage", Return::kGpuIsLost, " of GPU 3");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Text(status), HasSubstr("nvmlDeviceGetPowerUsage of GPU 3 failed with 15 "
                                      "(GPU_IS_LOST): it has fallen off the bus"));
  EXPECT_TRUE(ToStatus("nvmlShutdown", Return::kSuccess).ok());
}

TEST(NvmlStatusTest, EachCodeHasItsConsequence) {
  EXPECT_EQ(ConsequenceOf(Return::kSuccess), Consequence::kNone);
  EXPECT_EQ(ConsequenceOf(Return::kUninitialized), Consequence::kDriverGone);
  EXPECT_EQ(ConsequenceOf(Return::kDriverNotLoaded), Consequence::kDriverGone);
  EXPECT_EQ(ConsequenceOf(Return::kLibRmVersionMismatch), Consequence::kDriverGone);
  EXPECT_EQ(ConsequenceOf(Return::kGpuIsLost), Consequence::kGpuDown);
  EXPECT_EQ(ConsequenceOf(Return::kResetRequired), Consequence::kGpuDown);
  EXPECT_EQ(ConsequenceOf(Return::kNotSupported), Consequence::kAbsent);
  EXPECT_EQ(ConsequenceOf(Return::kFunctionNotFound), Consequence::kAbsent);
  EXPECT_EQ(ConsequenceOf(Return::kArgumentVersionMismatch), Consequence::kAbsent);
  EXPECT_EQ(ConsequenceOf(Return::kNoPermission), Consequence::kForbidden);
  EXPECT_EQ(ConsequenceOf(Return::kUnknown), Consequence::kFailed);
  EXPECT_EQ(ConsequenceOf(Return::kTimeout), Consequence::kFailed);
  EXPECT_EQ(ConsequenceOf(static_cast<Return>(12345)), Consequence::kFailed);
}

TEST(NvmlStatusTest, ACodeThatIsNotInTheTableIsNotGivenAnothersName) {
  EXPECT_THAT(Text(ToStatus("f", static_cast<Return>(77))),
              AllOf(HasSubstr("77 (not in NVML's table)"), ::testing::Not(HasSubstr("UNKNOWN"))));
}

TEST(NvmlLibraryTest, BindsVersionedNamesAndKnowsWhatIsMissing) {
  auto current = NvmlLibrary::Load(FakeNvml::LibraryPath());
  ASSERT_TRUE(current.ok()) << current.status();
  EXPECT_STREQ((*current)->init.name(), "nvmlInit_v2");
  EXPECT_STREQ((*current)->device_count.name(), "nvmlDeviceGetCount_v2");
  EXPECT_STREQ((*current)->handle_by_index.name(), "nvmlDeviceGetHandleByIndex_v2");
  EXPECT_STREQ((*current)->minor_number.name(), "nvmlDeviceGetMinorNumber");
  EXPECT_STREQ((*current)->pci_info.name(), "nvmlDeviceGetPciInfo_v3");
  EXPECT_TRUE((*current)->memory_info_v2);

  auto old = NvmlLibrary::Load(FakeNvml::OldLibraryPath());
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_FALSE((*old)->memory_info_v2);
  const Outcome outcome = (*old)->memory_info_v2(nullptr, nullptr);
  EXPECT_EQ(outcome.code, Return::kFunctionNotFound);
  EXPECT_STREQ(outcome.function, "nvmlDeviceGetMemoryInfo_v2");
}

TEST(NvmlLibraryTest, AnotherLibraryIsRefusedByTheCoreFunctionThatItLacks) {
  const auto library = NvmlLibrary::Load("libm.so.6");
  ASSERT_EQ(library.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Text(library.status()), AllOf(HasSubstr("libm.so.6"), HasSubstr("lacks nvml")));
}

TEST(NvmlLibraryTest, NoLibraryIsAnErrorThatSaysWhatToFix) {
  const auto library = NvmlLibrary::Load("/nonexistent/libnvidia-ml.so.1");
  ASSERT_EQ(library.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Text(library.status()),
              AllOf(HasSubstr("/nonexistent/libnvidia-ml.so.1: cannot open shared object file"),
                    HasSubstr("runtimeClassName: nvidia")));
}

TEST(NvmlLibraryTest, WithoutAControlFileTheFakeIsANodeOfTwoGpus) {
  auto library = NvmlLibrary::Load(FakeNvml::LibraryPath());
  ASSERT_TRUE(library.ok()) << library.status();
  ASSERT_EQ((*library)->init().code, Return::kSuccess);
  uint32_t count = 0;
  EXPECT_EQ((*library)->device_count(&count).code, Return::kSuccess);
  EXPECT_EQ(count, 2u);
  EXPECT_EQ((*library)->shutdown().code, Return::kSuccess);
}

TEST(FakeNvmlTest, CountsMisuseAndScribblesOnWhatItFailsToFill) {
  FakeNvml fake(1);
  fake.SetEnvironment();
  auto library = NvmlLibrary::Load(FakeNvml::LibraryPath());
  ASSERT_TRUE(library.ok()) << library.status();
  uint32_t count = 7;
  EXPECT_EQ((*library)->device_count(&count).code, Return::kUninitialized);
  EXPECT_EQ(count, 0xA5A5A5A5u);
  EXPECT_EQ(fake.MisuseText(), "1 x call before init");

  DeviceHandle device = nullptr;
  ASSERT_EQ((*library)->init().code, Return::kSuccess);
  ASSERT_EQ((*library)->handle_by_index(0, &device).code, Return::kSuccess);
  MemoryV2 memory = {};
  memory.version = 2;
  EXPECT_EQ((*library)->memory_info_v2(device, &memory).code, Return::kArgumentVersionMismatch);
  EXPECT_EQ(memory.total, 0xA5A5A5A5A5A5A5A5u);
  EXPECT_EQ((*library)->power_usage(device, nullptr).code, Return::kInvalidArgument);
  ASSERT_EQ((*library)->shutdown().code, Return::kSuccess);
  ASSERT_EQ((*library)->init().code, Return::kSuccess);
  uint32_t power = 0;
  EXPECT_EQ((*library)->power_usage(device, &power).code, Return::kInvalidArgument);
  library->reset();
  EXPECT_EQ(fake.MisuseText(),
            "1 x call before init, 1 x stale handle, 1 x wrong struct version, 1 x null pointer, "
            "1 x unloaded while initialized");
}

TEST(AccessWatchTest, IsLostAfterThreeReadsANewInitAndThreeMore) {
  AccessWatch watch;
  watch.SeeValues();
  EXPECT_FALSE(watch.SeeUnknownRead());
  EXPECT_FALSE(watch.SeeUnknownRead());
  EXPECT_TRUE(watch.SeeUnknownRead());  // the driver is opened anew
  EXPECT_FALSE(watch.lost());
  watch.SeeOtherOpen();
  EXPECT_FALSE(watch.SeeUnknownRead());
  EXPECT_FALSE(watch.SeeUnknownRead());
  EXPECT_FALSE(watch.lost());
  watch.SeeUnknownRead();
  EXPECT_TRUE(watch.lost());
}

TEST(AccessWatchTest, AValueInBetweenStartsAnew) {
  AccessWatch watch;
  watch.SeeValues();
  for (int i = 0; i < 5; ++i) watch.SeeUnknownRead();
  watch.SeeValues();
  for (int i = 0; i < 5; ++i) watch.SeeUnknownRead();
  EXPECT_FALSE(watch.lost());
}

TEST(AccessWatchTest, IsLostAfterFiveFailuresToOpenInARow) {
  AccessWatch watch;
  watch.SeeValues();
  for (int i = 0; i < 4; ++i) watch.SeeUnknownOpen();
  EXPECT_FALSE(watch.lost());
  watch.SeeOtherOpen();
  for (int i = 0; i < 4; ++i) watch.SeeUnknownOpen();
  EXPECT_FALSE(watch.lost());
  watch.SeeUnknownOpen();
  EXPECT_TRUE(watch.lost());
}

TEST(AccessWatchTest, WhoNeverHadAccessHasLostNone) {
  AccessWatch watch;
  for (int i = 0; i < 20; ++i) {
    watch.SeeUnknownRead();
    watch.SeeUnknownOpen();
  }
  EXPECT_FALSE(watch.lost());
}

}  // namespace
}  // namespace gpuscaler::sources::nvml
