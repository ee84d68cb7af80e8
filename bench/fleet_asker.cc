// fleet_asker PORT WORKLOADS SECONDS STREAMS [CA CERTIFICATE KEY]: asks a gateway of a
// simulated fleet for one of so many workloads after another, as KEDA does, and prints how long an
// answer took and how old the oldest reading in it was. Meanwhile as many StreamIsActive
// streams are open (in plaintext only), each of a workload that is inactive.
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "base/time.h"
#include "bench/active_streams.h"
#include "bench/percentile.h"
#include "bench/simulated_node.h"
#include "externalscaler.grpc.pb.h"
#include "rpc/client_credentials.h"

namespace {

using gpuscaler::base::Duration;
using gpuscaler::base::Now;
using gpuscaler::base::SteadyTime;

// `min` over the times of reading is the oldest one; under Value it is not multiplied.
externalscaler::GetMetricsRequest Request(size_t workload) {
  externalscaler::GetMetricsRequest request;
  request.set_metricname("age");
  auto& object = *request.mutable_scaledobjectref();
  object.set_name(gpuscaler::base::StrCat("llm-", workload));
  object.set_namespace_(gpuscaler::bench::kWorkloadNamespace);
  auto& metadata = *object.mutable_scalermetadata();
  metadata["workload"] = gpuscaler::base::StrCat("deployment/llm-", workload);
  metadata["metricType"] = "pcie_tx_kbps";
  metadata["metricName"] = "age";
  metadata["targetValue"] = "1";
  metadata["aggregation"] = "min";
  metadata["hpaMetricType"] = "Value";
  return request;
}

// Every GPU of the fleet is at 42.5%.
externalscaler::ScaledObjectRef Inactive(size_t workload) {
  externalscaler::ScaledObjectRef object;
  object.set_name(gpuscaler::base::StrCat("llm-", workload));
  object.set_namespace_(gpuscaler::bench::kWorkloadNamespace);
  auto& metadata = *object.mutable_scalermetadata();
  metadata["workload"] = gpuscaler::base::StrCat("deployment/llm-", workload);
  metadata["metricType"] = "gpu_utilization";
  metadata["activationThreshold"] = "50";
  return object;
}

std::shared_ptr<grpc::ChannelCredentials> Credentials(int argc, char** argv) {
  if (argc != 8) return grpc::InsecureChannelCredentials();
  return *gpuscaler::rpc::TlsClientCredentials({argv[6], argv[7], argv[5]});
}

void Print(const char* name, std::vector<Duration>& sample) {
  std::printf("\"%s_us\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}, ", name,
              gpuscaler::bench::PercentileUs(sample, 50),
              gpuscaler::bench::PercentileUs(sample, 99),
              gpuscaler::bench::PercentileUs(sample, 100));
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 5 && argc != 8) {
    std::fprintf(stderr,
                 "usage: fleet_asker PORT WORKLOADS SECONDS STREAMS [CA CERTIFICATE KEY]\n");
    return 2;
  }
  const auto workloads = static_cast<size_t>(std::atoi(argv[2]));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto stub = externalscaler::ExternalScaler::NewStub(grpc::CreateCustomChannel(
      gpuscaler::base::StrCat("127.0.0.1:", argv[1]), Credentials(argc, argv), arguments));
  gpuscaler::bench::ActiveStreams streams(
      static_cast<uint16_t>(std::atoi(argv[1])),
      [workloads](size_t number) { return Inactive(number % workloads); });
  if (const auto count = static_cast<size_t>(std::atoi(argv[4])); count > 0) {
    if (absl::Status opened = streams.Open(count); !opened.ok()) {
      std::fprintf(stderr, "fleet_asker: %s\n", opened.ToString().c_str());
      return 1;
    }
  }
  std::mt19937 random(7);
  std::vector<Duration> latencies;
  std::vector<Duration> ages;
  size_t errors = 0;
  const SteadyTime end =
      Now() + std::chrono::milliseconds(static_cast<int64_t>(1000 * std::atof(argv[3])));
  std::thread listening([&streams, end] { streams.Idle(end); });
  while (Now() < end) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    externalscaler::GetMetricsResponse response;
    const auto request = Request(std::uniform_int_distribution<size_t>(0, workloads - 1)(random));
    const SteadyTime asked = Now();
    const grpc::Status status = stub->GetMetrics(&context, request, &response);
    const SteadyTime answered = Now();
    if (status.ok()) {
      latencies.push_back(answered - asked);
      const auto read_at = static_cast<int64_t>(response.metricvalues(0).metricvaluefloat());
      ages.push_back(answered.time_since_epoch() - std::chrono::milliseconds(read_at));
    } else if (errors++ == 0) {
      std::fprintf(stderr, "fleet_asker: %s\n", status.error_message().c_str());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  listening.join();
  std::printf("{");
  Print("latency", latencies);
  Print("age", ages);
  std::printf("\"answers\": %zu, \"errors\": %zu}\n", latencies.size(), errors);
}
