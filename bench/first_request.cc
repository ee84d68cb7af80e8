// first_request CHANGES: a router with a queue, empty but for one request now and then,
// and a StreamIsActive for whose ScaledObject that queue is the signal at zero replicas.
//
// Prints the router's port, then reads the scaler's; then one line: from the moment the
// request stands in the queue until the stream says `true`. All lines are JSON.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "bench/active_streams.h"
#include "bench/percentile.h"
#include "fakes/engines/fake_engine.h"

namespace {

using gpuscaler::base::Duration;
using gpuscaler::base::Now;
using gpuscaler::base::SteadyTime;
using gpuscaler::base::StrCat;

std::string Queue(int requests) {
  return StrCat("# TYPE router_queue_size gauge\nrouter_queue_size ", requests, "\n");
}

// Hardware that is never busy enough keeps nothing active.
externalscaler::ScaledObjectRef FromZero(uint16_t router) {
  externalscaler::ScaledObjectRef object;
  object.set_name("from-zero");
  object.set_namespace_("production");
  auto& metadata = *object.mutable_scalermetadata();
  metadata["metricType"] = "gpu_utilization";
  metadata["targetValue"] = "80";
  metadata["activationThreshold"] = "100";
  metadata["activationEndpoint"] = StrCat("http://127.0.0.1:", router);
  metadata["activationMetric"] = "router_queue_size";
  metadata["warmupSeconds"] = "0";
  return object;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 2) {
    std::fprintf(stderr, "usage: first_request CHANGES\n");
    return 2;
  }
  const int changes = std::atoi(argv[1]);
  gpuscaler::fakes::FakeEngine router;
  router.Say(Queue(0));
  std::printf("%d\n", router.port());
  std::fflush(stdout);
  unsigned scaler = 0;
  if (std::scanf("%u", &scaler) != 1) return 1;

  gpuscaler::bench::ActiveStreams stream(static_cast<uint16_t>(scaler),
                                         [&router](size_t) { return FromZero(router.port()); });
  absl::Status opened = stream.Connect();
  opened.Update(stream.Open(1));
  if (!opened.ok()) {
    std::fprintf(stderr, "first_request: %s\n", opened.ToString().c_str());
    return 1;
  }
  std::mt19937 random(7);
  std::vector<Duration> waits;
  for (int i = 0; i < changes; ++i) {
    // Any phase between two readings is as likely.
    stream.Idle(Now() +
                std::chrono::microseconds(std::uniform_int_distribution(300000, 500000)(random)));
    const SteadyTime queued_at = Now();
    router.Say(Queue(1));
    const auto said_at = stream.AwaitAll(true, queued_at + std::chrono::seconds(5));
    if (!said_at.empty()) waits.push_back(said_at.front() - queued_at);
    router.Say(Queue(0));
    stream.AwaitAll(false, Now() + std::chrono::seconds(5));
  }
  std::printf("{\"wait_us\": {\"p50\": %.1f, ", gpuscaler::bench::PercentileUs(waits, 50));
  std::printf("\"p99\": %.1f, ", gpuscaler::bench::PercentileUs(waits, 99));
  std::printf("\"max\": %.1f}, ", gpuscaler::bench::PercentileUs(waits, 100));
  std::printf("\"requests\": %d, \"missed\": %zu}\n", changes,
              static_cast<size_t>(changes) - waits.size());
}
