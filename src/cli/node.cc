#include "cli/node.h"

#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "cli/version.h"
#include "serving/health.h"
#include "serving/liveness.h"
#include "web/exposition.h"
#include "web/node_metrics.h"

namespace gpuscaler::cli {
namespace {

// What the parts get to end.
constexpr base::Duration kServerGrace = std::chrono::seconds(3);
constexpr base::Duration kSamplerGrace = std::chrono::milliseconds(500);

std::string NodeName(const NodeOptions& options) {
  if (!options.node_name.empty()) return options.node_name;
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  return host;
}

serving::ScalerServer::Options ServerOptions(const NodeOptions& options) {
  serving::ScalerServer::Options server;
  server.address = options.bind_address;
  server.port = options.port;
  server.max_connections = options.max_connections;
  server.max_streams = options.max_streams;
  server.max_memory_bytes = options.max_memory_mib << 20;
  server.limits.stale_after = options.stale_after.value;
  return server;
}

web::HttpResponse Answer(const absl::Status& status) {
  web::HttpResponse response;
  response.status = status.ok() ? 200 : 503;
  response.body = status.ok() ? "ok\n" : base::StrCat(base::Message(status), "\n");
  return response;
}

std::vector<sources::LaneStats> AllStats(const sources::Sampler& sampler) {
  std::vector<sources::LaneStats> lanes;
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    lanes.push_back(sampler.Stats(static_cast<catalog::Lane>(i)));
  }
  return lanes;
}

}  // namespace

Node::Node(NodeOptions options, std::unique_ptr<sources::Source> source)
    : options_(std::move(options)),
      source_(std::move(source)),
      server_(ServerOptions(options_), store_) {}

absl::Status Node::Start() {
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
  if (!options_.pod_resources_socket.empty()) {
    workloads::PodWatch::Options watch;
    watch.socket = options_.pod_resources_socket;
    watch.extra_resources = options_.gpu_resources;
    watch.own_pod = {options_.pod_namespace, options_.pod_name};
    pods_.emplace(
        watch, [this] { return Identities(); },
        [this](std::shared_ptr<const telemetry::Ownership> ownership) {
          sampler_->SetOwnership(std::move(ownership));
        });
  }
  if (serving_ && options_.health_check_interval.value > base::Duration::zero()) {
    self_check_.emplace(options_.bind_address, options_.port, options_.health_check_interval.value);
  }
  complete_.store(true);
  return absl::OkStatus();
}

bool Node::Stop() {
  draining_.store(true);
  if (self_check_) self_check_->RequestStop();
  if (pods_) pods_->RequestStop();
  if (serving_) server_.Shutdown(kServerGrace);  // answers or ends a call that is under way
  if (self_check_) self_check_->Stop();
  if (http_) http_->Stop();
  // The watch first: it hands what it learns to the sampler.
  if (pods_ && !pods_->StopWithin(kSamplerGrace)) return false;
  return !sampler_ || sampler_->StopWithin(kSamplerGrace);
}

workloads::Identities Node::Identities() const {
  workloads::Identities identities;
  for (const auto& node : store_.Load()->nodes) {
    for (const telemetry::GpuSnapshot& gpu : node->gpus) identities.push_back(gpu.identity);
  }
  return identities;
}

absl::Status Node::StartHttp() {
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

absl::Status Node::Live() const {
  if (!complete_.load()) return absl::OkStatus();
  serving::LivenessFacts facts;
  const auto lanes = AllStats(*sampler_);
  for (size_t i = 0; i < lanes.size(); ++i) facts.lane_busy_since[i] = lanes[i].busy_since;
  const base::SteadyTime now = base::Now();
  facts.source_fatal = source_->fatal();
  // A server that goes down answers nobody, itself included.
  if (self_check_ && !draining_.load()) facts.self_check = self_check_->status(now);
  return serving::Alive(facts, now);
}

absl::Status Node::Ready() const {
  if (draining_.load()) return absl::UnavailableError("shutting down");
  return serving::FreshnessOf(*store_.Load(), base::Now(), options_.stale_after.value).status;
}

web::HttpResponse Node::Metrics() const {
  const bool complete = complete_.load();
  const auto view = store_.Load();
  const auto lanes = complete ? AllStats(*sampler_) : std::vector<sources::LaneStats>();
  const auto requests = server_.Requests();
  web::HttpResponse response;
  response.content_type = web::kExpositionContentType;
  response.body = web::WriteNodeMetrics(
      {*view,
       options_.stale_after.value,
       lanes,
       requests,
       {kVersion, source_->name()},
       complete && serving_ ? std::optional(server_.Connections()) : std::nullopt,
       complete ? std::optional(http_->Stats()) : std::nullopt,
       web::ReadProcessStats()},
      base::Now());
  return response;
}

}  // namespace gpuscaler::cli
