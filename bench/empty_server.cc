// The yardstick of GetMetrics: the same server, whose handler does nothing.
// Prints its port; runs until its standard input ends.
#include <malloc.h>

#include <cstdio>

#include "absl/synchronization/mutex.h"
#include "externalscaler.grpc.pb.h"
#include "rpc/server.h"

int main() {
  // As in main.cc.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  mallopt(M_ARENA_MAX, 2);

  externalscaler::GetMetricsResponse reply;
  externalscaler::MetricValue& value = *reply.add_metricvalues();
  value.set_metricname("keda_gpu_metric");
  value.set_metricvaluefloat(54);
  value.set_metricvalue(54);

  gpuscaler::rpc::ServerOptions options;
  options.address = "127.0.0.1";
  gpuscaler::rpc::Server server(options);
  server.AddUnary<externalscaler::GetMetricsRequest, externalscaler::GetMetricsResponse>(
      externalscaler::ExternalScaler::service_full_name(), "GetMetrics",
      [&reply](const externalscaler::GetMetricsRequest&)
          -> absl::StatusOr<externalscaler::GetMetricsResponse> { return reply; });
  const absl::Status started = server.Start([](gpuscaler::base::SteadyTime) {});
  if (!started.ok()) {
    std::fprintf(stderr, "empty_server: %s\n", started.ToString().c_str());
    return 1;
  }
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}
