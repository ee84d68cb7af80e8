#include "cli/node_role.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "cli/version.h"
#include "scaling/evaluation.h"
#include "serving/health.h"
#include "serving/liveness.h"
#include "serving/scaler_server.h"
#include "serving/self_check.h"
#include "sources/sampler.h"
#include "telemetry/store.h"
#include "web/http_server.h"
#include "web/node_metrics.h"

namespace gpuscaler::cli {
namespace {

// From SIGTERM on: what the parts get, and when the process leaves whatever
// they do. Kubernetes kills after 30 s.
constexpr base::Duration kServerGrace = std::chrono::seconds(3);
constexpr base::Duration kSamplerGrace = std::chrono::milliseconds(500);
constexpr base::Duration kLeaveAfter = std::chrono::milliseconds(4500);

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
  return absl::OkStatus();
}

std::string NodeName(const NodeOptions& options) {
  if (!options.node_name.empty()) return options.node_name;
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  return host;
}

// A connection is a descriptor, or two: the soft limit is often 1,024.
void RaiseOpenFilesLimit() {
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

class Node {
 public:
  Node(const NodeOptions& options, std::unique_ptr<sources::Source> source)
      : options_(options), source_(std::move(source)), server_(ServerOptions(options), store_) {}

  absl::Status Start() {
    // Ports first: what cannot be served should fail before hardware is touched.
    if (options_.port != 0) {
      if (absl::Status started = server_.Start(); !started.ok()) return started;
      serving_ = true;
    }
    if (absl::Status started = StartHttp(); !started.ok()) return started;
    sources::Sampler::Options sampling;
    sampling.node = NodeName(options_);
    sampling.periods = {options_.fast_interval.value, options_.poll_interval.value,
                        options_.poll_interval.value};
    sampler_.emplace(sampling, *source_, store_);
    if (serving_ && options_.health_check_interval.value > base::Duration::zero()) {
      self_check_.emplace(options_.bind_address, options_.port,
                          options_.health_check_interval.value);
    }
    ready_to_probe_.store(true);
    return absl::OkStatus();
  }

  // In the other order. False: a read hangs in the driver.
  [[nodiscard]] bool Stop() {
    draining_.store(true);
    if (self_check_) self_check_->Stop();  // while the server still answers it
    if (serving_) server_.Shutdown(kServerGrace);
    if (http_) http_->Stop();
    return !sampler_ || sampler_->StopWithin(kSamplerGrace);
  }

 private:
  static serving::ScalerServer::Options ServerOptions(const NodeOptions& options) {
    serving::ScalerServer::Options server;
    server.address = options.bind_address;
    server.port = options.port;
    server.max_connections = options.max_connections;
    server.max_streams = options.max_streams;
    server.limits.stale_after = options.stale_after.value;
    return server;
  }

  absl::Status StartHttp() {
    std::vector<web::HttpListen> listeners;
    if (options_.metrics_port != 0) {
      listeners.push_back({options_.bind_address,
                           options_.metrics_port,
                           {{"/metrics", [this](const web::HttpRequest&) { return Metrics(); }}}});
    }
    if (options_.probe_port != 0) {
      listeners.push_back(
          {options_.bind_address,
           options_.probe_port,
           {{"/healthz", [this](const web::HttpRequest&) { return Answer(Live()); }},
            {"/readyz", [this](const web::HttpRequest&) { return Answer(Ready()); }}}});
    }
    if (listeners.empty()) return absl::OkStatus();
    auto http = web::HttpServer::Start({}, std::move(listeners));
    if (!http.ok()) return http.status();
    http_ = *std::move(http);
    return absl::OkStatus();
  }

  // The handlers run on the HTTP thread, from before the sampler exists.
  absl::Status Live() const {
    if (!ready_to_probe_.load()) return absl::OkStatus();
    serving::LivenessFacts facts;
    for (size_t i = 0; i < catalog::kLaneCount; ++i) {
      facts.lane_busy_since[i] = sampler_->Stats(static_cast<catalog::Lane>(i)).busy_since;
    }
    const base::SteadyTime now = base::Now();
    facts.source_fatal = source_->fatal();
    if (self_check_ && !draining_.load()) facts.self_check = self_check_->status(now);
    return serving::Alive(facts, now);
  }

  absl::Status Ready() const {
    if (draining_.load()) return absl::UnavailableError("shutting down");
    return serving::FreshnessOf(*store_.Load(), base::Now(), options_.stale_after.value).status;
  }

  static web::HttpResponse Answer(const absl::Status& status) {
    web::HttpResponse response;
    response.status = status.ok() ? 200 : 503;
    response.body = status.ok() ? "ok\n" : base::StrCat(base::Message(status), "\n");
    return response;
  }

  web::HttpResponse Metrics() const {
    std::vector<sources::LaneStats> lanes;
    if (ready_to_probe_.load()) {
      for (size_t i = 0; i < catalog::kLaneCount; ++i) {
        lanes.push_back(sampler_->Stats(static_cast<catalog::Lane>(i)));
      }
    }
    const auto view = store_.Load();
    const auto requests = server_.RequestStats();
    web::HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = web::WriteNodeMetrics({*view,
                                           options_.stale_after.value,
                                           lanes,
                                           requests,
                                           {kVersion, source_->name()},
                                           http_->Stats(),
                                           web::ReadProcessStats()},
                                          base::Now());
    return response;
  }

  const NodeOptions& options_;
  std::unique_ptr<sources::Source> source_;
  telemetry::Store store_;
  serving::ScalerServer server_;
  bool serving_ = false;
  std::atomic<bool> ready_to_probe_{false};
  std::atomic<bool> draining_{false};
  std::unique_ptr<web::HttpServer> http_;
  std::optional<sources::Sampler> sampler_;
  std::optional<serving::SelfCheck> self_check_;
};

int Refuse(const absl::Status& status) {
  std::fprintf(stderr, "keda-gpu-scaler: %s\n", std::string(status.message()).c_str());
  return 2;
}

}  // namespace

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
                 "Open gRPC streams in all; above it RESOURCE_EXHAUSTED")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  AddSourceFlags(app, options.source);
}

int RunNode(const NodeOptions& options) {
  const auto level = base::ParseLogLevel(options.log_level);
  if (!level.ok()) return Refuse(level.status());
  if (absl::Status checked = CheckIntervals(options); !checked.ok()) return Refuse(checked);

  // Before any thread: they all inherit the mask, so only sigwait sees these.
  const sigset_t stop_signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseOpenFilesLimit();

  auto source = MakeSource(options.source);
  if (!source.ok()) return Refuse(source.status());
  const std::string source_name((*source)->name());

  base::StartLog(*level);
  // On the heap: a read that hangs keeps it for good.
  auto node = std::make_unique<Node>(options, *std::move(source));
  if (absl::Status started = node->Start(); !started.ok()) {
    base::StopLog();
    Refuse(started);
    std::_Exit(2);
  }
  base::LogInfo("serving", {{"version", kVersion},
                            {"source", source_name},
                            {"port", options.port},
                            {"metricsPort", options.metrics_port},
                            {"probePort", options.probe_port}});

  int signal = 0;
  sigwait(&stop_signals, &signal);
  base::LogInfo("stopping", {{"signal", signal}});
  std::thread([] {
    std::this_thread::sleep_for(kLeaveAfter);
    std::_Exit(0);
  }).detach();
  const bool clean = node->Stop();
  if (!clean) base::LogWarn("a read hangs in the driver; leaving without it");
  base::LogInfo("stopped");
  base::StopLog();
  if (!clean) std::_Exit(0);
  node.reset();
  return 0;
}

}  // namespace gpuscaler::cli
