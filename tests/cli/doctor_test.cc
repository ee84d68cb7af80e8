// `doctor`, through the real binary against real scalers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "base/strings.h"
#include "cli/temporary_file.h"
#include "e2e/scaler_process.h"
#include "fakes/certificates/secret_folder.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::cli {
namespace {

using e2e::Finished;
using e2e::RunScaler;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kObject = R"(kind: ScaledObject
metadata: {name: llm, namespace: inference}
spec:
  triggers:
    - type: external-push
      metricType: Value
      metadata: {targetValue: "50", hpaMetricType: Value}
)";

// What there is of a node's world: the fake driver, and no kubelet. There are no device files.
Finished Doctor(const fakes::FakeNvml& nvml, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"doctor", "--pod-resources-socket="});
  return RunScaler(std::move(arguments), nvml.ChildEnvironment());
}

std::vector<std::string> Ports(const e2e::ScalerPorts& ports) {
  return {base::StrCat("--port=", ports.grpc), base::StrCat("--metrics-port=", ports.metrics),
          base::StrCat("--probe-port=", ports.probes), "--bind-address=127.0.0.1"};
}

TEST(Doctor, SaysWhatKedaWouldReadFromTheScalerThatRuns) {
  fakes::FakeNvml nvml(2);
  nvml.gpu(1).SetUtilization(100, 0);
  e2e::ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms"},
                            nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const TemporaryFile object("object.yaml", kObject);
  std::vector<std::string> arguments = Ports(scaler.ports());
  arguments.push_back("--scaled-object=" + object.path());
  const Finished run = Doctor(nvml, arguments);
  const std::string address = base::StrCat("127.0.0.1:", scaler.ports().grpc);
  EXPECT_THAT(run.output, HasSubstr(address + " is SERVING\n"));
  EXPECT_THAT(run.output, HasSubstr("/readyz at 127.0.0.1:"));
  EXPECT_THAT(run.output, HasSubstr("inference/llm, external trigger 0: keda_gpu_metric is 100, "
                                    "target 50, active, pushed active\n"));
  EXPECT_THAT(run.output, HasSubstr(nvml.gpu(1).uuid()));
  EXPECT_THAT(run.output, HasSubstr("a scaler runs, and has its ports"));
}

TEST(Doctor, AScalerThatIsNotReadyIsNotOk) {
  fakes::FakeNvml nvml(1);
  nvml.RemoveDriver();
  e2e::ScalerProcess scaler({}, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitStart());
  const Finished run = Doctor(nvml, Ports(scaler.ports()));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("not ok   running scaler"), HasSubstr("NOT_SERVING"),
                                HasSubstr("not ok   readiness"), HasSubstr("503")));
  EXPECT_THAT(run.output, HasSubstr("DRIVER_NOT_LOADED"));
}

TEST(Doctor, WithoutAScalerItLooksForFreePorts) {
  const fakes::FakeNvml nvml(1);
  std::vector<std::string> arguments = Ports(e2e::ScalerPorts());
  arguments.push_back("--source=simulated");
  const Finished run = Doctor(nvml, arguments);
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("skipped  running scaler"), HasSubstr("ok       ports"),
                                HasSubstr("free: "), Not(HasSubstr("not ok "))));
  const Finished named =
      Doctor(nvml, {"--source=simulated", base::StrCat("--address=127.0.0.1:", e2e::FreePort())});
  EXPECT_EQ(named.exit_code, 1);
  EXPECT_THAT(named.output, HasSubstr("not ok   running scaler"));
}

TEST(Doctor, ADriverThatHangsDoesNotHangIt) {
  fakes::FakeNvml nvml(1);
  nvml.Hang(fakes::NvmlFunction::kInit);
  const Finished run = Doctor(nvml, Ports(e2e::ScalerPorts()));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("nvmlInit_v2 hangs"));
  EXPECT_THAT(run.output, HasSubstr("ok       ports"));
}

TEST(Doctor, JsonIsForMachines) {
  const fakes::FakeNvml nvml(1);
  std::vector<std::string> arguments = Ports(e2e::ScalerPorts());
  arguments.insert(arguments.end(), {"--source=simulated", "--format=json"});
  const Finished run = Doctor(nvml, arguments);
  EXPECT_THAT(run.output, AllOf(testing::StartsWith("{\"ok\": true, \"checks\": ["),
                                HasSubstr("{\"id\": \"ports\", \"title\": \"ports\", \"verdict\": "
                                          "\"ok\", \"what\": \"free: ")));
}

TEST(Doctor, AScalerWithTlsIsAskedOverIt) {
  const fakes::Authority authority("servers");
  const fakes::Authority clients("clients");
  const fakes::SecretFolder server(authority.Issue(), clients.pem());
  const fakes::SecretFolder client(clients.Issue(), authority.pem());
  const fakes::FakeNvml nvml(1);
  e2e::ScalerProcess scaler(
      {"--source=simulated", "--tls-cert=" + server.File("tls.crt"),
       "--tls-key=" + server.File("tls.key"), "--tls-client-ca=" + server.File("ca.crt")},
      nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitStart());
  std::vector<std::string> arguments = Ports(scaler.ports());
  arguments.insert(arguments.end(), {"--source=simulated", "--tls-ca=" + client.File("ca.crt")});
  const Finished without = Doctor(nvml, arguments);
  EXPECT_EQ(without.exit_code, 1) << without.output;
  EXPECT_THAT(without.output, HasSubstr("not ok   running scaler"));
  arguments.insert(arguments.end(), {"--client-cert=" + client.File("tls.crt"),
                                     "--client-key=" + client.File("tls.key")});
  const Finished with = Doctor(nvml, arguments);
  EXPECT_THAT(with.output, HasSubstr(" is SERVING\n"));
}

TEST(Doctor, FlagsThatCannotBeAreRefused) {
  struct Case {
    std::vector<std::string> arguments;
    std::string text;
  };
  const TemporaryFile none("none.yaml", "kind: Deployment\n");
  const Case cases[] = {
      {{"doctor", "--address=here"}, "--address is \"here\"; it must be HOST:PORT"},
      {{"doctor", "--client-cert=a"}, "--client-cert needs --client-key"},
      {{"doctor", "--tls-server-name=a"}, "--tls-server-name needs --tls-ca"},
      {{"doctor", "--scaled-object=" + none.path()}, "holds no ScaledObject"},
      {{"doctor", "--format=xml"}, "--format"},
      {{"doctor", "--engine-ports=x"}, "--engine-ports"},
  };
  for (const Case& of : cases) {
    const Finished run = RunScaler(of.arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.errors, HasSubstr(of.text));
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
  }
}

}  // namespace
}  // namespace gpuscaler::cli
