// The files that flags name.
#include "doctor/found.h"
#include "fakes/certificates/authority.h"
#include "fakes/temporary_folder.h"
#include "gtest/gtest.h"

namespace gpuscaler::doctor {
namespace {

using fakes::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(ScenarioFile, IsReadAsTheScalerReadsIt) {
  const TemporaryFolder folder;
  Subject subject;
  EXPECT_EQ(Found(CheckScenario, subject), "skipped: --scenario is not given\n");
  subject.scenario = folder.path() + "/absent.yaml";
  EXPECT_THAT(Found(CheckScenario, subject),
              AllOf(StartsWith("not ok: --scenario: "), HasSubstr("absent.yaml")));
  subject.scenario = folder.Write("bad.yaml", "gpus: many\n");
  EXPECT_THAT(Found(CheckScenario, subject), StartsWith("not ok: --scenario: "));
  subject.scenario = folder.Write("good.yaml", "gpus: [{gpu_utilization: 85}]\n");
  EXPECT_EQ(Found(CheckScenario, subject), "ok: " + subject.scenario + " can be played\n");
}

TEST(ScenarioFile, MeansNothingBesideTheHardware) {
  Subject subject;
  subject.nvml_library = "/nowhere.so";  // the probe ends at once
  subject.scenario = "s.yaml";
  EXPECT_THAT(Text(CheckScenario(Examined(std::move(subject)))),
              StartsWith("not ok: --scenario is given, and --source reads hardware"));
}

TEST(EngineFiles, ThatCannotBeReadAreNamedByFlagEach) {
  const TemporaryFolder folder;
  const fakes::Authority authority("ca");
  Subject subject;
  EXPECT_THAT(Found(CheckEngineFiles, subject), StartsWith("skipped: "));
  subject.engines.authorities_file = folder.path() + "/absent.pem";
  subject.engines.tokens = {
      *engines::TokenRule::Parse("*.a.svc=" + folder.path() + "/absent"),
      *engines::TokenRule::Parse("b.svc=" + folder.Write("token", "t0ken\n"))};
  const std::string found = Found(CheckEngineFiles, subject);
  EXPECT_THAT(found, AllOf(StartsWith("not ok: --engine-ca: "), HasSubstr("absent.pem")));
  EXPECT_THAT(found, HasSubstr("not ok: --engine-auth: the token for *.a.svc: "));
  EXPECT_THAT(found, HasSubstr("ok: " + folder.path() + "/token holds the token for b.svc\n"));
  EXPECT_THAT(found, testing::Not(HasSubstr("t0ken")));
  subject.engines.authorities_file = folder.Write("ca.pem", authority.pem());
  EXPECT_THAT(Found(CheckEngineFiles, subject),
              StartsWith("ok: " + subject.engines.authorities_file + " holds authorities\n"));
}

}  // namespace
}  // namespace gpuscaler::doctor
