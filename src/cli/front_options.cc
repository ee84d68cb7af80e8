#include "cli/front_options.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "cli/tls_options.h"

namespace gpuscaler::cli {

void AddFrontFlags(CLI::App& app, FrontOptions& options) {
  app.add_option("--port", options.port, "Port of KEDA's gRPC contract; 0: off")
      ->capture_default_str();
  app.add_option("--metrics-port", options.metrics_port, "Port of /metrics; 0: off")
      ->capture_default_str();
  app.add_option("--probe-port", options.probe_port, "Port of /healthz and /readyz; 0: off")
      ->capture_default_str();
  app.add_option("--bind-address", options.bind_address,
                 "IP address to listen on; empty: all, IPv6 and IPv4");
  app.add_option("--log-level", options.log_level, "debug, info, warn or error")
      ->capture_default_str();
  app.add_option("--stale-after", options.stale_after,
                 "Age above which a reading is not used and not shown")
      ->capture_default_str();
  app.add_option("--forget-after", options.forget_after,
                 "How long a replica whose node is silent counts as missing, and how long a "
                 "gateway keeps a silent node")
      ->capture_default_str();
  app.add_option("--health-check-interval", options.health_check_interval,
                 "How often the server calls itself through its own port, for liveness; 0s: never")
      ->capture_default_str();
  app.add_option("--max-connections", options.max_connections,
                 "gRPC connections at once; above it new ones are closed")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--max-streams", options.max_streams,
                 "Open streams of KEDA's contract in all; above it RESOURCE_EXHAUSTED. More than "
                 "half are one client address's only while no other needs them")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--max-memory-mib", options.max_memory_mib,
                 "Resident memory above which the gRPC connections that make it grow are closed; "
                 "0: no limit; a gateway's default is 1024")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  AddServerTlsFlags(app, options.tls);
  AddEngineFlags(app, options.engines);
}

absl::Status CheckDuration(std::string_view flag, base::Duration value, base::Duration least,
                           base::Duration most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(base::StrCat(flag, " is ", base::FormatDuration(value),
                                                 "; it must be from ", base::FormatDuration(least),
                                                 " to ", base::FormatDuration(most)));
}

absl::Status CheckFront(const FrontOptions& options) {
  const absl::Status checks[] = {
      CheckDuration("--stale-after", options.stale_after.value, std::chrono::milliseconds(100),
                    std::chrono::hours(1)),
      CheckDuration("--forget-after", options.forget_after.value, std::chrono::seconds(1),
                    std::chrono::hours(24)),
      CheckDuration("--health-check-interval", options.health_check_interval.value,
                    base::Duration::zero(), std::chrono::hours(1)),
  };
  for (const absl::Status& check : checks) {
    if (!check.ok()) return check;
  }
  constexpr base::Duration kLeastCheck = std::chrono::milliseconds(100);
  const base::Duration check = options.health_check_interval.value;
  if (check > base::Duration::zero() && check < kLeastCheck) {
    return absl::InvalidArgumentError(
        base::StrCat("--health-check-interval is ", base::FormatDuration(check),
                     "; it must be 0s or at least ", base::FormatDuration(kLeastCheck)));
  }
  return ReadEngineFlags(options.engines).status();
}

}  // namespace gpuscaler::cli
