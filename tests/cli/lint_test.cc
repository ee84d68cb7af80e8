// `lint`, through the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/temporary_file.h"
#include "e2e/child_process.h"

namespace gpuscaler::cli {
namespace {

using e2e::Finished;
using e2e::RunScaler;
using testing::HasSubstr;

std::string Object(const std::string& metadata, const std::string& spec = "") {
  return "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a, namespace: "
         "ml}\nspec:\n"
         "  scaleTargetRef: {name: a}\n  minReplicaCount: 1\n  maxReplicaCount: 8\n" +
         spec +
         "  triggers:\n    - type: external-push\n      metadata:\n"
         "        scalerAddress: keda-gpu-scaler.keda:6000\n" +
         metadata;
}
const std::string kFine =
    Object("        targetGpuUtilization: \"80\"\n        workload: deployment/a\n");
const std::string kTrap = Object("        targetGpuUtilization: \"80\"\n");
const std::string kWarning = Object(
    "        targetGpuUtilization: \"80\"\n        workload: deployment/a\n        aggregation: "
    "max\n");

TEST(LintCommand, TheExitCodeSaysHowBadItIs) {
  const TemporaryFile fine("fine.yaml", kFine);
  const TemporaryFile trap("trap.yaml", kTrap);
  const TemporaryFile warning("warning.yaml", kWarning);
  const TemporaryFile broken("broken.yaml", "kind: [\n");
  EXPECT_EQ(RunScaler({"lint", fine.path()}).exit_code, 0);
  EXPECT_EQ(RunScaler({"lint", "--strict", fine.path()}).exit_code, 0);
  EXPECT_EQ(RunScaler({"lint", warning.path()}).exit_code, 0);
  EXPECT_EQ(RunScaler({"lint", "--strict", warning.path()}).exit_code, 1);
  EXPECT_EQ(RunScaler({"lint", fine.path(), trap.path()}).exit_code, 1);
  EXPECT_EQ(RunScaler({"lint", trap.path(), broken.path()}).exit_code, 2);
  const Finished found = RunScaler({"lint", trap.path()});
  EXPECT_THAT(found.output, HasSubstr(trap.path() + ":12: error: gpu_utilization is at most 100"));
  EXPECT_THAT(found.output, HasSubstr("[two-replica-trap]\n"));
  EXPECT_EQ(found.errors, "");
}

TEST(LintCommand, AFileThatCannotBeReadHidesNoOther) {
  const TemporaryFile trap("trap.yaml", kTrap);
  const Finished run = RunScaler({"lint", "/nowhere.yaml", trap.path(), "/tmp"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors, HasSubstr("/nowhere.yaml: cannot be read\n"));
  EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 2) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("two-replica-trap"));
  const Finished json = RunScaler({"lint", "--format=json", "/nowhere.yaml", trap.path()});
  EXPECT_EQ(json.exit_code, 2);
  EXPECT_THAT(json.output, HasSubstr("\"unreadable\": true"));
  EXPECT_THAT(json.output, HasSubstr("{\"file\": \"/nowhere.yaml\", \"message\": "));
  EXPECT_THAT(RunScaler({"lint", "--format=github", "/nowhere.yaml"}).output,
              HasSubstr("::error file=/nowhere.yaml,title=unreadable"));
}

TEST(LintCommand, HasFormatsForPrograms) {
  const TemporaryFile trap("trap.yaml", kTrap);
  const Finished json = RunScaler({"lint", "--format=json", trap.path()});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.output, HasSubstr("\"rule\": \"two-replica-trap\""));
  const Finished github = RunScaler({"lint", "--format=github", trap.path()});
  EXPECT_EQ(github.exit_code, 1);
  EXPECT_THAT(github.output, testing::StartsWith("::error file=" + trap.path() + ",line=12,"));
  EXPECT_EQ(RunScaler({"lint", "--format=xml", trap.path()}).exit_code, 2);
}

TEST(LintCommand, ShowsItsRulesWithoutFiles) {
  const Finished run = RunScaler({"lint", "--rules"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, HasSubstr("two-replica-trap"));
  const Finished nothing = RunScaler({"lint"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.errors, HasSubstr("files is required"));
  EXPECT_THAT(RunScaler({"docs", "lint"}).output, HasSubstr("### two-replica-trap\n"));
}

}  // namespace
}  // namespace gpuscaler::cli
