#include "cli/node_options.h"

#include <CLI/CLI.hpp>
#include <string_view>

#include "base/strings.h"

namespace gpuscaler::cli {

void AddNodeFlags(CLI::App& app, NodeOptions& options) {
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
  app.add_option("--node-name", options.node_name,
                 "Name of this node in answers and logs; empty: the host's name")
      ->envname("NODE_NAME");
  app.add_option("--fast-interval", options.fast_interval,
                 "Period of the fast lane: utilization and memory")
      ->capture_default_str();
  app.add_option("--poll-interval", options.poll_interval,
                 "Period of the full and the bandwidth lane: everything else")
      ->capture_default_str();
  app.add_option("--stale-after", options.stale_after,
                 "Age above which a reading is not used and not shown")
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
                 "0: no limit")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  app.add_option("--pod-resources-socket", options.pod_resources_socket,
                 "The kubelet's PodResources socket, which tells whose pod holds which GPU (for "
                 "`workload`); absent or empty: nobody is asked")
      ->capture_default_str();
  app.add_option("--gpu-resource", options.gpu_resources,
                 "A resource name that means GPUs, besides nvidia.com/gpu, nvidia.com/gpu.shared, "
                 "nvidia.com/mig-*, amd.com/gpu and whatever is called by GPU- or MIG- UUIDs; may "
                 "be given several times");
  app.add_option("--pod-name", options.pod_name,
                 "Name of the pod that this runs in: with --pod-namespace, an answer of the "
                 "kubelet that does not list it is not believed")
      ->envname("POD_NAME");
  app.add_option("--pod-namespace", options.pod_namespace, "Namespace of the pod that this runs in")
      ->envname("POD_NAMESPACE");
  AddSourceFlags(app, options.source);
}

absl::Status CheckIntervals(const NodeOptions& options) {
  struct Row {
    std::string_view flag;
    base::Duration value, least, most;
  };
  const Row rows[] = {
      {"--fast-interval", options.fast_interval.value, std::chrono::milliseconds(10),
       std::chrono::minutes(1)},
      {"--poll-interval", options.poll_interval.value, std::chrono::milliseconds(100),
       std::chrono::minutes(5)},
      {"--stale-after", options.stale_after.value, std::chrono::milliseconds(100),
       std::chrono::hours(1)},
      {"--health-check-interval", options.health_check_interval.value, base::Duration::zero(),
       std::chrono::hours(1)},
  };
  for (const Row& row : rows) {
    if (row.value < row.least || row.value > row.most) {
      return absl::InvalidArgumentError(
          base::StrCat(row.flag, " is ", base::FormatDuration(row.value), "; it must be from ",
                       base::FormatDuration(row.least), " to ", base::FormatDuration(row.most)));
    }
  }
  // Otherwise a reading goes stale before the next one is due.
  for (const Row& row : {rows[0], rows[1]}) {
    if (options.stale_after.value < 2 * row.value) {
      return absl::InvalidArgumentError(base::StrCat(
          "--stale-after is ", base::FormatDuration(options.stale_after.value),
          "; it must be at least twice ", row.flag, ", ", base::FormatDuration(row.value)));
    }
  }
  // The kubelet is asked once a second.
  constexpr base::Duration kLeastOfListings = std::chrono::seconds(2);
  if (!options.pod_resources_socket.empty() && options.stale_after.value < kLeastOfListings) {
    return absl::InvalidArgumentError(base::StrCat(
        "--stale-after is ", base::FormatDuration(options.stale_after.value),
        "; it must be at least ", base::FormatDuration(kLeastOfListings),
        " while the kubelet is asked for pods, unless --pod-resources-socket is empty"));
  }
  constexpr base::Duration kLeastCheck = std::chrono::milliseconds(100);
  const base::Duration check = options.health_check_interval.value;
  if (check > base::Duration::zero() && check < kLeastCheck) {
    return absl::InvalidArgumentError(
        base::StrCat("--health-check-interval is ", base::FormatDuration(check),
                     "; it must be 0s or at least ", base::FormatDuration(kLeastCheck)));
  }
  return absl::OkStatus();
}

}  // namespace gpuscaler::cli
