// streams COUNT CHANGES [WORKLOAD]: opens streams and changes the hardware under them.
// With a workload, a Deployment's name, the streams are about that: a kubelet, whose
// socket is in the environment that is printed, says that its pod holds all GPUs.
//
// Prints the environment of the scaler to start, then reads its "PORT PID"; then
// one line about the changes; then waits for the server to end the streams, and
// prints a line about that. All lines are JSON.
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "bench/active_streams.h"
#include "bench/other_process.h"
#include "bench/percentile.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/nvml/fake_nvml.h"

namespace {

using gpuscaler::base::Duration;
using gpuscaler::base::Now;
using gpuscaler::base::SteadyTime;
using gpuscaler::bench::ActiveStreams;
using gpuscaler::bench::PercentileUs;
using gpuscaler::fakes::FakeNvml;

constexpr uint32_t kGpus = 8;
constexpr const char* kNamespace = "reaction";

void PrintEnvironment(const FakeNvml& nvml, const std::string& kubelet) {
  const char* separator = "{";
  for (const auto& [name, value] : nvml.ChildEnvironment()) {
    std::printf("%s\"%s\": \"%s\"", separator, name.c_str(), value.c_str());
    separator = ", ";
  }
  if (!kubelet.empty()) std::printf(", \"KUBELET\": \"%s\"", kubelet.c_str());
  std::printf("}\n");
  std::fflush(stdout);
}

externalscaler::ScaledObjectRef OfWorkload(const std::string& workload, size_t number) {
  externalscaler::ScaledObjectRef object;
  object.set_name("object-" + std::to_string(number));
  object.set_namespace_(kNamespace);
  auto& metadata = *object.mutable_scalermetadata();
  metadata["metricType"] = "gpu_utilization";
  metadata["targetValue"] = "80";
  metadata["activationThreshold"] = "50";
  metadata["workload"] = "deployment/" + workload;
  return object;
}

struct Changes {
  std::vector<Duration> first;  // from the change to the first stream's message
  std::vector<Duration> last;
  std::vector<Duration> spread;  // from the first stream's to the last's
  size_t missed = 0;

  void Add(const Changes& more) {
    first.insert(first.end(), more.first.begin(), more.first.end());
    last.insert(last.end(), more.last.begin(), more.last.end());
    spread.insert(spread.end(), more.spread.begin(), more.spread.end());
    missed += more.missed;
  }
};

// One GPU is busy, or none: any of them makes every stream active.
void Change(FakeNvml& nvml, ActiveStreams& streams, size_t stream_count, bool active,
            std::mt19937& random, Changes& changes) {
  // The fast lane has just been read: from here on any phase is as likely.
  streams.Idle(Now() + std::chrono::milliseconds(20) +
               std::chrono::microseconds(std::uniform_int_distribution(0, 200000)(random)));
  const uint32_t busy = std::uniform_int_distribution(0u, kGpus - 1)(random);
  const SteadyTime changed_at = Now();
  if (active) {
    nvml.gpu(busy).SetUtilization(90, 40);
  } else {
    for (uint32_t i = 0; i < kGpus; ++i) nvml.gpu(i).SetUtilization(0, 0);
  }
  const std::vector<SteadyTime> turned_at =
      streams.AwaitAll(active, changed_at + std::chrono::seconds(5));
  changes.missed += stream_count - turned_at.size();
  if (turned_at.empty()) return;
  changes.first.push_back(turned_at.front() - changed_at);
  changes.last.push_back(turned_at.back() - changed_at);
  changes.spread.push_back(turned_at.back() - turned_at.front());
}

void Print(const char* name, std::vector<Duration>& sample) {
  std::printf("\"%s_us\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}, ", name,
              PercentileUs(sample, 50), PercentileUs(sample, 99), PercentileUs(sample, 100));
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: streams COUNT CHANGES [WORKLOAD]\n");
    return 2;
  }
  const auto count = static_cast<size_t>(std::atoi(argv[1]));
  const int change_count = std::atoi(argv[2]);

  FakeNvml nvml(kGpus);
  nvml.SetPcieWindow(std::chrono::milliseconds(20));
  for (uint32_t i = 0; i < kGpus; ++i) nvml.gpu(i).SetUtilization(0, 0);
  const std::string workload = argc == 4 ? argv[3] : "";
  std::optional<gpuscaler::fakes::FakeKubelet> kubelet;
  if (!workload.empty()) {
    kubelet.emplace();
    std::vector<std::string> uuids;
    for (uint32_t i = 0; i < kGpus; ++i) uuids.push_back(nvml.gpu(i).uuid());
    kubelet->Hold(kNamespace, workload + "-7d9c8b5f4d-x2b4k", uuids);
  }
  PrintEnvironment(nvml, kubelet ? kubelet->socket() : "");
  int port = 0;
  pid_t server = 0;
  if (std::scanf("%d %d", &port, &server) != 2) return 1;

  ActiveStreams streams(
      static_cast<uint16_t>(port),
      workload.empty() ? ActiveStreams::MakeReference()
                       : [&workload](size_t number) { return OfWorkload(workload, number); });
  if (absl::Status connected = streams.Connect(); !connected.ok()) {
    std::fprintf(stderr, "streams: %s\n", connected.ToString().c_str());
    return 1;
  }
  streams.Idle(Now() + std::chrono::seconds(1));
  const int64_t before = gpuscaler::bench::AnonymousBytesOf(server);
  const SteadyTime opening = Now();
  if (absl::Status opened = streams.Open(count); !opened.ok()) {
    std::fprintf(stderr, "streams: %s\n", opened.ToString().c_str());
    return 1;
  }
  const double open_seconds = gpuscaler::base::ToSeconds(Now() - opening);
  streams.Idle(Now() + std::chrono::seconds(1));
  const int64_t opened = gpuscaler::bench::AnonymousBytesOf(server);

  std::mt19937 random(7);
  Changes changes;
  Changes to_busy;
  for (int i = 0; i < change_count; ++i) {
    const bool busy = i % 2 == 0;
    Changes one;
    Change(nvml, streams, count, busy, random, one);
    changes.Add(one);
    if (busy) to_busy.Add(one);
  }
  const int64_t after = gpuscaler::bench::AnonymousBytesOf(server);
  std::printf("{");
  Print("first", changes.first);
  Print("last", changes.last);
  Print("to_busy", to_busy.last);
  Print("spread", changes.spread);
  std::printf(
      "\"changes\": %d, \"missed\": %zu, \"open_seconds\": %.3f, \"bytes_before\": %lld, "
      "\"bytes_opened\": %lld, \"bytes_after\": %lld}\n",
      change_count, changes.missed, open_seconds, static_cast<long long>(before),
      static_cast<long long>(opened), static_cast<long long>(after));
  std::fflush(stdout);

  const size_t ended_ok = streams.AwaitEnd(Now() + std::chrono::seconds(30));
  std::printf("{\"ended_ok\": %zu}\n", ended_ok);
}
