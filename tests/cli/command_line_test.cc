// The command line of the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "cli/temporary_file.h"
#include "e2e/child_process.h"
#include "rpc/listener.h"

namespace gpuscaler::cli {
namespace {

using e2e::Finished;
using e2e::RunScaler;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Exit 2 after exactly one line on standard error, which holds `text`.
void ExpectRefused(const std::vector<std::string>& arguments, const std::string& text) {
  SCOPED_TRACE(testing::PrintToString(arguments));
  const Finished run = RunScaler(arguments);
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.output, "");
  EXPECT_THAT(run.errors, AllOf(StartsWith("keda-gpu-scaler: "), HasSubstr(text)));
  EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
  EXPECT_EQ(run.errors.back(), '\n');
}

TEST(CommandLine, UnknownFlagsAndCommandsAreRefused) {
  ExpectRefused({"--prot=6000"}, "--prot");
  ExpectRefused({"snapshoot"}, "snapshoot");
  ExpectRefused({"snapshot", "--port=1"}, "--port");
  ExpectRefused({"docs", "nothing"}, "nothing");
  ExpectRefused({"docs"}, "page");
  ExpectRefused({"watch", "--foo"}, "--foo");
}

TEST(CommandLine, BadValuesAreRefusedNamingTheFlag) {
  ExpectRefused({"--port=70000"}, "--port: \"70000\" is not a whole number from 0 to 65535");
  ExpectRefused({"--port=-1"}, "--port: \"-1\" is not a whole number from 0 to 65535");
  ExpectRefused({"--port=http"}, "--port: \"http\" is not a whole number from 0 to 65535");
  ExpectRefused({"--max-streams=1.5"}, "--max-streams");
  ExpectRefused({"--port"}, "--port");
  ExpectRefused({"--port", ""}, "--port: it must not be empty");
  ExpectRefused({"--port="}, "--port: it must not be empty");
  ExpectRefused({"--scenario=", "--source=simulated"}, "--scenario");
  ExpectRefused({"--fast-interval=fast"}, "--fast-interval");
  ExpectRefused({"--fast-interval=200"},
                "--fast-interval: \"200\" is not a duration; write it like 200ms, 2s or 1m30s");
  ExpectRefused({"snapshot", "--interval=1"}, "--interval: \"1\" is not a duration");
  ExpectRefused({"--fast-interval=-1s"}, "--fast-interval");
  ExpectRefused({"--max-connections=0"}, "--max-connections");
  ExpectRefused({"--max-streams=many"}, "--max-streams");
  ExpectRefused({"--log-level=loud"}, "\"loud\" is not a log level");
  ExpectRefused({"--source=amd"}, "--source");
  ExpectRefused({"snapshot", "--format=xml"}, "--format");
  ExpectRefused({"snapshot", "--count=-1"}, "--count");
  ExpectRefused({"--bind-address=everywhere", "--source=simulated"}, "everywhere");
}

TEST(CommandLine, FlagsThatWouldBeIgnoredAreRefused) {
  ExpectRefused({"--source=simulated", "snapshot"}, "--source stands before \"snapshot\"");
  ExpectRefused({"snapshot", "--source=simulated", "--count=3"}, "--interval");
  ExpectRefused({"snapshot", "--source=simulated", "--interval=1ns"},
                "--interval is 1ns; it must be 0s or at least 10ms");
  for (const std::string address :
       {"6000", ":6000", "host:", "host:0", "host:70000", "host:http"}) {
    ExpectRefused({"watch", "--address=" + address, "file.yaml"}, "must be HOST:PORT");
  }
}

// One that listens on all addresses, as its help says.
TEST(CommandLine, AnEmptyBindAddressIsEveryAddressHoweverItIsWritten) {
  const auto listener = rpc::Listen("", 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  const std::string taken = base::StrCat("--port=", rpc::BoundPort(*listener));
  for (const std::vector<std::string>& empty :
       {std::vector<std::string>{"--bind-address="}, {"--bind-address", ""}}) {
    std::vector<std::string> arguments = {"--source=simulated", taken};
    arguments.insert(arguments.end(), empty.begin(), empty.end());
    ExpectRefused(arguments, "cannot listen on [::]:");
  }
}

TEST(CommandLine, IntervalsOutOfRangeOrAtOddsAreRefused) {
  ExpectRefused({"--fast-interval=1ms"}, "--fast-interval is 1ms; it must be from 10ms to 1m");
  ExpectRefused({"--fast-interval=2m", "--stale-after=1h"}, "--fast-interval is 2m");
  ExpectRefused({"--poll-interval=10ms"}, "--poll-interval is 10ms");
  ExpectRefused({"--stale-after=0s"}, "--stale-after is");
  ExpectRefused({"--health-check-interval=2h"}, "--health-check-interval is 2h");
  ExpectRefused({"--poll-interval=10s"},
                "--stale-after is 10s; it must be at least twice --poll-interval, 10s");
  ExpectRefused({"--stale-after=300ms", "--poll-interval=100ms"},
                "must be at least twice --fast-interval, 200ms");
  ExpectRefused({"--stale-after=1999ms", "--poll-interval=100ms"},
                "must be at least 2s while the kubelet is asked");
  ExpectRefused({"--health-check-interval=1ns"}, "it must be 0s or at least 100ms");
  ExpectRefused({"--health-check-interval=99ms"}, "it must be 0s or at least 100ms");
}

TEST(CommandLine, CdiDirectoriesThatAreNoPathsAreRefused) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"--source=simulated"}, {"snapshot", "--source=simulated"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--cdi-spec-dirs=/etc/cdi,run/cdi");
    ExpectRefused(arguments, "--cdi-spec-dirs: \"run/cdi\" is not an absolute path");
  }
}

TEST(CommandLine, ScenariosThatCannotBeReadAreRefused) {
  ExpectRefused({"--source=simulated", "--scenario=/nowhere/scenario.yaml"},
                "/nowhere/scenario.yaml");
  ExpectRefused({"--scenario=scenario.yaml"}, "--scenario needs --source=simulated");
  ExpectRefused({"snapshot", "--source=nvml", "--scenario=a.yaml"}, "--source=nvml reads hardware");
  const TemporaryFile bad("bad.yaml", "gpus: [\n");
  ExpectRefused({"--source=simulated", "--scenario=" + bad.path()}, bad.path() + ":");
  const TemporaryFile odd("scenario.txt", "");
  ExpectRefused({"snapshot", "--source=simulated", "--scenario=" + odd.path()}, odd.path());
}

TEST(CommandLine, APortInUseIsRefusedNamingIt) {
  const uint16_t taken = e2e::FreePort();
  const auto listener = rpc::Listen("127.0.0.1", taken);
  ASSERT_TRUE(listener.ok()) << listener.status();
  for (const std::string flag : {"--port", "--metrics-port", "--probe-port"}) {
    std::vector<std::string> arguments = {"--source=simulated", "--bind-address=127.0.0.1"};
    for (const std::string each : {"--port", "--metrics-port", "--probe-port"}) {
      arguments.push_back(base::StrCat(each, "=", each == flag ? taken : e2e::FreePort()));
    }
    ExpectRefused(arguments, std::to_string(taken));
  }
}

TEST(CommandLine, VersionAndHelpGoToStandardOutput) {
  const Finished version = RunScaler({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, testing::MatchesRegex("keda-gpu-scaler [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(version.errors, "");
  const Finished help = RunScaler({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, AllOf(HasSubstr("--stale-after"), HasSubstr("snapshot")));
  for (const std::string name : {"activationThreshold", "gpu_utilization", "vllm-inflight", "p95",
                                 "docs/configuration.md", "docs/metrics.md"}) {
    EXPECT_THAT(help.output, HasSubstr(name));
  }
  const Finished snapshot_help = RunScaler({"snapshot", "--help"});
  EXPECT_EQ(snapshot_help.exit_code, 0);
  EXPECT_THAT(snapshot_help.output,
              AllOf(HasSubstr("--format"), testing::Not(HasSubstr("--stale-after")),
                    testing::Not(HasSubstr("as long as it takes"))));
}

TEST(CommandLine, DocsPrintsThePagesAndTheSameEachTime) {
  struct PageRow {
    std::string name;
    std::string holds;
  };
  for (const PageRow& page : {PageRow{"metrics", "| `gpu_utilization` | % |"},
                              PageRow{"configuration", "| `activationThreshold` |"},
                              PageRow{"configuration", "| vLLM by requests waiting. |"}}) {
    const Finished first = RunScaler({"docs", page.name});
    const Finished second = RunScaler({"docs", page.name}, {{"NODE_NAME", "other"}});
    EXPECT_EQ(first.exit_code, 0);
    EXPECT_EQ(first.errors, "");
    EXPECT_THAT(first.output, HasSubstr(page.holds));
    EXPECT_EQ(first.output, second.output);
  }
}

}  // namespace
}  // namespace gpuscaler::cli
