// engine_asker PORT NAMES ENGINE_PORT SECONDS: asks a scaler, as KEDA does, in turns for a
// ScaledObject on the hardware and for one on the engines behind engine-N.bench:ENGINE_PORT,
// one name after another; with NAMES 0 for the hardware alone, as often. Says "ready" when
// each name was asked for once, and at the end how long the answers took.
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "base/time.h"
#include "bench/percentile.h"
#include "bench/vllm_exposition.h"
#include "externalscaler.grpc.pb.h"

namespace {

using gpuscaler::base::Duration;
using gpuscaler::base::Now;
using gpuscaler::base::SteadyTime;
using gpuscaler::base::StrCat;

constexpr int kAddressesOfAName = 5;

externalscaler::GetMetricsRequest OfHardware() {
  externalscaler::GetMetricsRequest request;
  request.set_metricname("keda_gpu_metric");
  request.mutable_scaledobjectref()->set_name("hardware");
  request.mutable_scaledobjectref()->set_namespace_("production");
  auto& metadata = *request.mutable_scaledobjectref()->mutable_scalermetadata();
  metadata["metricType"] = "gpu_utilization";
  metadata["targetValue"] = "80";
  return request;
}

externalscaler::GetMetricsRequest OfEngines(size_t name, const char* port) {
  externalscaler::GetMetricsRequest request;
  request.set_metricname("keda_gpu_vllm_inflight");
  request.mutable_scaledobjectref()->set_name(StrCat("engine-", name));
  request.mutable_scaledobjectref()->set_namespace_("production");
  auto& metadata = *request.mutable_scaledobjectref()->mutable_scalermetadata();
  metadata["profile"] = "vllm-inflight";
  metadata["vllmEndpoint"] = StrCat("http://engine-", name, ".bench:", port);
  metadata["targetValue"] = "20";
  return request;
}

struct Answers {
  std::vector<Duration> latencies;
  size_t errors = 0;

  void Print(const char* name) {
    std::printf("\"%s\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f, \"answers\": %zu, ", name,
                gpuscaler::bench::PercentileUs(latencies, 50),
                gpuscaler::bench::PercentileUs(latencies, 99),
                gpuscaler::bench::PercentileUs(latencies, 100), latencies.size());
    std::printf("\"errors\": %zu}", errors);
  }
};

// `expected`: the value that alone is right; empty: any is.
void Ask(externalscaler::ExternalScaler::Stub& stub,
         const externalscaler::GetMetricsRequest& request, std::optional<double> expected,
         Answers& answers) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  externalscaler::GetMetricsResponse response;
  const SteadyTime asked = Now();
  const grpc::Status status = stub.GetMetrics(&context, request, &response);
  answers.latencies.push_back(Now() - asked);
  const double value = status.ok() ? response.metricvalues(0).metricvaluefloat() : 0;
  if (status.ok() && value == expected.value_or(value)) return;
  if (answers.errors++ == 0) {
    std::fprintf(stderr, "engine_asker: %s: %g %s\n", request.scaledobjectref().name().c_str(),
                 value, status.error_message().c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 5) {
    std::fprintf(stderr, "usage: engine_asker PORT NAMES ENGINE_PORT SECONDS\n");
    return 2;
  }
  const auto names = static_cast<size_t>(std::atoi(argv[2]));
  const auto measured = std::chrono::milliseconds(static_cast<int64_t>(1000 * std::atof(argv[4])));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto stub = externalscaler::ExternalScaler::NewStub(grpc::CreateCustomChannel(
      StrCat("127.0.0.1:", argv[1]), grpc::InsecureChannelCredentials(), arguments));
  const double inflight = kAddressesOfAName * gpuscaler::bench::kVllmInflight;

  // The first question about an endpoint waits for its first reading.
  Answers first;
  for (size_t name = 0; name < names; ++name) Ask(*stub, OfEngines(name, argv[3]), inflight, first);
  std::puts("ready");
  std::fflush(stdout);
  Answers hardware;
  Answers engines;
  size_t turn = 0;
  for (const SteadyTime end = Now() + measured; Now() < end; ++turn) {
    Ask(*stub, OfHardware(), std::nullopt, hardware);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (names > 0) {
      Ask(*stub, OfEngines(turn % names, argv[3]), inflight, engines);
    } else {
      Ask(*stub, OfHardware(), std::nullopt, hardware);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::printf("{");
  first.Print("first");
  std::printf(", ");
  hardware.Print("hardware");
  std::printf(", ");
  engines.Print("engines");
  std::printf("}\n");
}
