// What the real binary explains is what it tells KEDA: of hardware, workloads, windows,
// engines and errors, on a node and on a gateway.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "await.h"
#include "base/strings.h"
#include "decision.grpc.pb.h"
#include "e2e/fleet_world.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/engines/fake_engine.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using decision::v1::Decision;

absl::StatusOr<Decision> Explain(Keda& keda, const Metadata& metadata) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallPatience);
  decision::v1::ExplainRequest request;
  *request.mutable_object() = MakeRef(metadata);
  Decision decision;
  const grpc::Status status =
      decision::v1::Explainer::NewStub(keda.channel())->Explain(&context, request, &decision);
  if (!status.ok()) return absl::UnknownError(status.error_message());
  return decision;
}

// The hardware stands still, so both are of the same readings.
void ExpectSame(Keda& keda, const Metadata& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) base::StrAppend(&text, key, "=", value, " ");
  SCOPED_TRACE(text);
  const auto decision = Explain(keda, metadata);
  ASSERT_TRUE(decision.ok()) << decision.status();
  const auto spec = keda.Spec(metadata);
  const auto value = spec.ok() ? keda.Value(metadata, spec->metricname()) : spec.status();
  const auto active = keda.IsActive(metadata);
  ASSERT_EQ(decision->has_error(), !value.ok()) << value.status();
  if (value.ok()) {
    EXPECT_EQ(decision->value(), *value);
    EXPECT_EQ(decision->target(), spec->targetsizefloat());
    EXPECT_EQ(decision->metric_name(), spec->metricname());
    ASSERT_TRUE(active.ok());
    EXPECT_EQ(decision->active(), *active);
  } else {
    EXPECT_EQ(decision->error().code(), absl::StatusCodeToString(value.status().code()));
    EXPECT_FALSE(decision->has_value());
  }
}

TEST(Explain, OfANodeIsWhatKedaReads) {
  fakes::FakeNvml nvml(4);
  const uint32_t utilizations[] = {90, 50, 20, 99};
  for (uint32_t i = 0; i < 4; ++i) nvml.gpu(i).SetUtilization(utilizations[i], 0);
  nvml.Fail(fakes::NvmlFunction::kPowerUsage, fakes::Return::kNotSupported);
  fakes::FakeKubelet kubelet;
  kubelet.Hold("default", "llm-7d9c8b5f4d-x2b4k", {nvml.gpu(0).uuid()});
  kubelet.Hold("default", "llm-7d9c8b5f4d-zzzzz", {nvml.gpu(1).uuid()});
  fakes::FakeEngine engine;
  engine.Say(
      "# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting 7\n"
      "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 5\n");
  ScalerProcess scaler(
      {"--fast-interval=20ms", "--poll-interval=100ms",
       "--pod-resources-socket=" + kubelet.socket(), "--engine-allow-cidr=127.0.0.0/8"},
      nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  Keda& keda = scaler.keda();
  const std::string url = base::StrCat("http://127.0.0.1:", engine.port());
  const Metadata inflight = {
      {"profile", "vllm-inflight"}, {"vllmEndpoint", url}, {"targetValue", "20"}};
  // The first question about an endpoint waits until it was read.
  const auto first = Explain(keda, inflight);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->value(), 12);
  ASSERT_EQ(first->explanation().addresses_size(), 1);
  EXPECT_EQ(first->explanation().addresses(0).address(), "127.0.0.1");

  const Metadata llm = {{"workload", "deployment/llm"}};
  Await([&] { return keda.Value(llm).value_or(-1) == 140; });
  for (const Metadata& metadata : {
           Metadata{},
           {{"aggregation", "avg"}},
           {{"aggregation", "sum"}},
           {{"aggregation", "p95"}, {"hpaMetricType", "Value"}},
           {{"metricType", "memory_used_percent"}},
           {{"metricType", "temperature"}, {"targetValue", "60"}},
           {{"metricType", "power_draw"}, {"targetValue", "300"}},
           {{"gpuIndex", "2"}},
           {{"gpuIndex", "9"}},
           {{"window", "300"}},
           {{"profile", "training"}},
           {{"workload", "deployment/llm"}, {"aggregation", "max"}},
           {{"workload", "deployment/llm"}, {"window", "60"}},
           {{"workload", "deployment/none"}},
           {{"targetValue", "eighty"}},
           {{"vllmEndpoint", "ftp://x"}, {"profile", "vllm-inflight"}, {"targetValue", "9"}},
           inflight,
           llm,
       }) {
    ExpectSame(keda, metadata);
    ExpectSame(keda, metadata);  // KEDA has asked in between: windows have begun
  }
  // All replicas silent, by and by.
  nvml.Fail(fakes::NvmlFunction::kUtilizationRates, fakes::Return::kGpuIsLost);
  Await([&] { return !keda.Value({}).ok(); });
  ExpectSame(keda, {});
  const auto lost = Explain(keda, {});
  EXPECT_EQ(lost->explanation().gpus_left_out(), 4u);
  EXPECT_NE(lost->explanation().gpus(0).reason(), "");
}

TEST(Explain, OfAGatewayNamesTheReplicasOfEveryNode) {
  FleetNode one(1, 2);
  FleetNode two(2, 2);
  one.SetLoad({90, 10});
  two.SetLoad({50, 30});
  one.Hold("llm-7d9c8b5f4d-x2b4k", {0});
  two.Hold("llm-7d9c8b5f4d-zzzzz", {0});
  FleetGateway gateway;
  gateway.Start();
  one.Start(gateway.address());
  two.Start(gateway.address());
  const Metadata llm = {{"workload", "deployment/llm"}};
  Await([&] { return gateway.keda().Value(llm).value_or(-1) == 140; });
  ExpectSame(gateway.keda(), llm);
  ExpectSame(gateway.keda(), {});
  const auto decision = Explain(gateway.keda(), llm);
  ASSERT_TRUE(decision.ok());
  ASSERT_EQ(decision->explanation().gpus_size(), 2);
  EXPECT_EQ(decision->explanation().gpus(0).node(), "node-1");
  EXPECT_EQ(decision->explanation().gpus(1).node(), "node-2");
  EXPECT_EQ(decision->explanation().hpa().current_replicas(), 2u);
}

}  // namespace
}  // namespace gpuscaler::e2e
