// What inference engines say, and starting from zero: the real binary, real HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "await.h"
#include "base/strings.h"
#include "base/time.h"
#include "e2e/fleet_world.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/engines/fake_engine.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using absl::StatusCode;
using fakes::FakeEngine;

std::string Queue(int waiting, int running) {
  return base::StrCat(
      "# HELP vllm:num_requests_waiting Number of requests waiting.\n"
      "# TYPE vllm:num_requests_waiting gauge\n"
      "vllm:num_requests_waiting{engine=\"0\",model_name=\"m\"} ",
      waiting,
      ".0\n"
      "# TYPE vllm:num_requests_running gauge\n"
      "vllm:num_requests_running{engine=\"0\",model_name=\"m\"} ",
      running, ".0\n");
}

class Engine : public testing::Test {
 protected:
  // Loopback is where the fake engines are.
  explicit Engine(const std::vector<std::string>& flags = {"--engine-allow-cidr=127.0.0.0/8"})
      : scaler_(flags, nvml_.ChildEnvironment()) {
    EXPECT_TRUE(scaler_.AwaitServing());
  }

  static std::string Url(const FakeEngine& engine) {
    return base::StrCat("http://127.0.0.1:", engine.port());
  }
  static Metadata Inflight(const FakeEngine& engine) {
    return {{"profile", "vllm-inflight"}, {"vllmEndpoint", Url(engine)}, {"targetValue", "20"}};
  }
  absl::StatusOr<double> Value(const Metadata& metadata) {
    return scaler_.keda().Value(metadata, "keda_gpu_vllm_inflight");
  }

  fakes::FakeNvml nvml_{1};
  ScalerProcess scaler_;
};

TEST_F(Engine, TheVeryFirstAnswerIsTheRightOne) {
  FakeEngine engine;
  engine.Say(Queue(7, 5));
  EXPECT_THAT(Value(Inflight(engine)), Holds(12));
  EXPECT_THAT(scaler_.keda().IsActive(Inflight(engine)), Holds(true));
  engine.Say(Queue(0, 0));
  EXPECT_TRUE(Await([&] { return Value(Inflight(engine)).value_or(-1) == 0; }));
  EXPECT_THAT(scaler_.keda().IsActive(Inflight(engine)), Holds(false));
  EXPECT_GE(scaler_.Sample("keda_gpu_scaler_engine_readings_total").value_or(0), 2);
  EXPECT_EQ(scaler_.Sample("keda_gpu_scaler_engine_endpoints"), 1);
}

TEST_F(Engine, OneThatDoesNotAnswerIsAnErrorWithinASecondAndHoldsNobodyUp) {
  FakeEngine silent;
  silent.Run([](FakeEngine::Peer& peer) { peer.AwaitClose(); });
  FakeEngine engine;
  engine.Say(Queue(1, 1));
  const auto asked = base::Now();
  EXPECT_THAT(Value(Inflight(silent)), FailsWith(StatusCode::kUnavailable, "127.0.0.1"));
  EXPECT_LT(base::Now() - asked, std::chrono::seconds(10));
  EXPECT_THAT(Value(Inflight(engine)), Holds(2));
}

TEST_F(Engine, ASeriesThatIsNotThereIsNamed) {
  FakeEngine engine;
  engine.Say("# TYPE up gauge\nup 1\n");
  EXPECT_THAT(Value(Inflight(engine)),
              FailsWith(StatusCode::kFailedPrecondition, "vllm:num_requests_waiting"));
  engine.Say("<html><body>Sign in</body></html>");
  EXPECT_TRUE(Await([&] {
    return Value(Inflight(engine)).status().message().find("html") != absl::string_view::npos;
  })) << Value(Inflight(engine)).status();
}

std::string Router(int queue, int taken) {
  return base::StrCat("# TYPE queue gauge\nqueue ", queue,
                      "\n# TYPE taken_total counter\ntaken_total ", taken, "\n");
}

// A gauge and then a counter, as routers have them.
TEST_F(Engine, TheFirstQueuedRequestAtARouterIsPushed) {
  FakeEngine router;
  int taken = 5;
  router.Say(Router(0, taken));
  for (const std::string metric : {"queue", "rate(taken_total)"}) {
    const Metadata metadata = {{"metricType", "gpu_utilization"},
                               {"activationThreshold", "100"},
                               {"activationEndpoint", Url(router)},
                               {"activationMetric", metric},
                               {"warmupSeconds", "0"}};
    const auto stream = scaler_.keda().StreamIsActive(metadata);
    const auto first = stream->Read();
    ASSERT_TRUE(first.has_value()) << metric;
    EXPECT_FALSE(first->result()) << metric;
    router.Say(Router(1, ++taken));
    const auto pushed = stream->Read();
    ASSERT_TRUE(pushed.has_value()) << metric;
    EXPECT_TRUE(pushed->result()) << metric;
    router.Say(Router(0, taken));
    auto back = stream->Read();
    while (back && back->result()) back = stream->Read();  // it is repeated
    ASSERT_TRUE(back.has_value()) << metric;
  }
}

// A gateway reads engines itself, and judges what tenants name by its own flags.
TEST(GatewaysEngine, IsReadByTheGatewayUnderItsOwnFlags) {
  FakeEngine engine;
  engine.Say(Queue(7, 5));
  const Metadata metadata = {{"profile", "vllm-inflight"},
                             {"vllmEndpoint", base::StrCat("http://127.0.0.1:", engine.port())},
                             {"targetValue", "20"}};
  FleetGateway open({"--engine-allow-cidr=127.0.0.0/8"});
  FleetGateway guarded;
  open.Start();
  guarded.Start();
  ASSERT_TRUE(open.scaler().AwaitServing());
  ASSERT_TRUE(guarded.scaler().AwaitServing());
  EXPECT_THAT(open.keda().Value(metadata, "keda_gpu_vllm_inflight"), Holds(12));
  EXPECT_THAT(guarded.keda().Value(metadata, "keda_gpu_vllm_inflight"),
              FailsWith(StatusCode::kPermissionDenied, "127.0.0.1"));
}

// The pool of GPUs is at zero: no node has ever reported.
TEST(GatewaysEngine, ARoutersQueueWakesAWorkloadWhereThereIsNoNodeAtAll) {
  FakeEngine router;
  router.Say(Router(0, 0));
  const Metadata metadata = {
      {"workload", "deployment/llm"},
      {"activationEndpoint", base::StrCat("http://127.0.0.1:", router.port())},
      {"activationMetric", "queue"},
      {"pollIntervalSeconds", "3600"},
      {"warmupSeconds", "0"}};
  FleetGateway gateway({"--engine-allow-cidr=127.0.0.0/8"});
  gateway.Start();
  ASSERT_TRUE(gateway.scaler().AwaitServing());
  // For its first minute the nodes may not know it yet.
  const auto is_not_known = FailsWith(StatusCode::kUnavailable, "no node has reported yet");
  EXPECT_THAT(gateway.keda().Value(metadata), is_not_known);
  EXPECT_THAT(gateway.keda().IsActive(metadata), is_not_known);
  const auto stream = gateway.keda().StreamIsActive(metadata);
  router.Say(Router(5, 0));
  const auto pushed = stream->Read();
  ASSERT_TRUE(pushed.has_value());
  EXPECT_TRUE(pushed->result());
  EXPECT_THAT(gateway.keda().IsActive(metadata), Holds(true));
  EXPECT_THAT(gateway.keda().Value(metadata), is_not_known);
}

class GuardedEngine : public Engine {
 protected:
  GuardedEngine() : Engine({"--engine-ports=8000-8999,9090"}) {}
};

TEST_F(GuardedEngine, WhatATenantMustNotReachIsRefused) {
  const struct {
    std::string url, says;
  } rows[] = {{"http://169.254.169.254:8000/latest/meta-data", "169.254.169.254"},
              {"http://127.0.0.1:8000", "127.0.0.1"},
              {"http://[::1]:8000", "::1"},
              {"http://[::ffff:169.254.169.254]:9090", "169.254.169.254"},
              {"http://10.0.0.7:22", "22"}};
  for (const auto& row : rows) {
    const Metadata metadata = {
        {"profile", "vllm-inflight"}, {"vllmEndpoint", row.url}, {"targetValue", "20"}};
    EXPECT_THAT(Value(metadata), FailsWith(StatusCode::kPermissionDenied, row.says)) << row.url;
  }
  for (const std::string url : {"http://2852039166:8000/", "http://0177.0.0.1:8000/"}) {
    const Metadata metadata = {
        {"profile", "vllm-inflight"}, {"vllmEndpoint", url}, {"targetValue", "20"}};
    EXPECT_THAT(Value(metadata), FailsWith(StatusCode::kInvalidArgument, "vllmEndpoint")) << url;
  }
}

}  // namespace
}  // namespace gpuscaler::e2e
