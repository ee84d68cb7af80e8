#include "bench/recorder.h"

#include <cstdio>

#include "bench/other_process.h"
#include "bench/percentile.h"

namespace gpuscaler::bench {

Recorder::Recorder(const LoadOptions& options)
    : options_(options), warm_at_(base::Now() + options.warm_up) {
  latencies_.reserve(1 << 20);
}

bool Recorder::Take(base::SteadyTime begun, base::SteadyTime now) {
  if (now < warm_at_) return true;
  if (started_at_ == base::SteadyTime{}) {
    server_cpu_ = CpuOf(options_.server);
    started_at_ = base::Now();
    return true;
  }
  latencies_.push_back(now - begun);
  if (now - started_at_ < options_.measured) return true;
  server_cpu_ = CpuOf(options_.server) - server_cpu_;
  ended_at_ = now;
  return false;
}

void Recorder::Print() {
  const auto calls = static_cast<double>(latencies_.size());
  const double seconds = base::ToSeconds(ended_at_ - started_at_);
  std::printf(
      "{\"calls\": %zu, \"calls_per_second\": %.1f, \"server_cpu_us\": %.3f, "
      "\"p50_us\": %.2f, \"p99_us\": %.2f, \"max_us\": %.2f}\n",
      latencies_.size(), calls / seconds, 1e6 * base::ToSeconds(server_cpu_) / calls,
      PercentileUs(latencies_, 50), PercentileUs(latencies_, 99), PercentileUs(latencies_, 100));
}

}  // namespace gpuscaler::bench
