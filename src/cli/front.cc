#include "cli/front.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "cli/tls_options.h"
#include "rpc/server_credentials.h"
#include "web/exposition.h"
#include "web/http_route.h"
#include "web/page.h"

namespace gpuscaler::cli {
namespace {

constexpr base::Duration kGrace = std::chrono::seconds(3);

// A gateway with a new address is unknown to all nodes for as long as a name server and
// they themselves keep the old answer: 30 s in CoreDNS, and 5 s.
constexpr base::Duration kUnknownToNodes = std::chrono::seconds(60);

serving::ScalerServer::Options ServerOptions(const FrontOptions& options,
                                             const rpc::CertificateWatch* certificates) {
  serving::ScalerServer::Options server;
  server.address = options.bind_address;
  server.port = options.port;
  if (certificates != nullptr) server.credentials = rpc::TlsServerCredentials(*certificates);
  server.max_connections = options.max_connections;
  server.max_streams = options.max_streams;
  server.max_memory_bytes = options.max_memory_mib << 20;
  server.limits.stale_after = options.stale_after.value;
  server.limits.forget_after = options.forget_after.value;
  server.limits.empty_until = base::Now() + kUnknownToNodes;
  server.engines = *ReadEngineFlags(options.engines);  // CheckFront has read them
  return server;
}

web::HttpResponse Answer(const absl::Status& status) {
  web::HttpResponse response;
  response.status = status.ok() ? 200 : 503;
  response.body = status.ok() ? "ok\n" : base::StrCat(base::Message(status), "\n");
  return response;
}

}  // namespace

Front::Front(const FrontOptions& options, telemetry::Store& store, Parts parts,
             const rpc::CertificateWatch* certificates)
    : options_(options),
      parts_(std::move(parts)),
      certificates_(certificates),
      server_(ServerOptions(options, certificates), store, parts_.role),
      api_({store,
            parts_.facts,
            {options.stale_after.value, parts_.facts.role == "gateway"},
            [this] { return Ready(); },
            server_.decisions(),
            [this](const decision::v1::ExplainRequest& request) {
              return server_.ExplainNow(request);
            },
            workloads_}) {}

absl::Status Front::Start() {
  if (options_.port != 0) {
    if (absl::Status started = server_.Start(); !started.ok()) return started;
    serving_ = true;
  }
  return StartHttp();
}

void Front::Open() {
  if (serving_) LogTrust(certificates_, options_.port, "--tls-client-ca");
  if (serving_ && options_.health_check_interval.value > base::Duration::zero()) {
    self_check_.emplace(options_.bind_address, options_.port, options_.health_check_interval.value,
                        &server_.gate());
  }
  open_.store(true);
}

void Front::Drain() {
  draining_.store(true);
  if (self_check_) self_check_->RequestStop();
}

void Front::Stop() {
  if (serving_) server_.Shutdown(kGrace);  // answers or ends a call that is under way
  if (self_check_) self_check_->Stop();
  for (const auto& http : {&pages_, &probes_}) {
    if (*http) (*http)->Stop();
  }
}

absl::Status Front::StartHttp() {
  auto pages = Listen("http", options_.metrics_port, MetricsRoutes());
  if (!pages.ok()) return pages.status();
  auto probes = Listen("probes", options_.probe_port,
                       {{"/healthz", [this](const web::HttpRequest&) { return Answer(Live()); }},
                        {"/readyz", [this](const web::HttpRequest&) { return Answer(Ready()); }}});
  if (!probes.ok()) return probes.status();
  pages_ = *std::move(pages);
  probes_ = *std::move(probes);
  return absl::OkStatus();
}

// Port 0: none.
absl::StatusOr<std::unique_ptr<web::HttpServer>> Front::Listen(
    std::string thread, uint16_t port, std::vector<web::HttpRoute> routes) const {
  if (port == 0) return std::unique_ptr<web::HttpServer>();
  web::HttpOptions options;
  options.thread = std::move(thread);
  return web::HttpServer::Start(std::move(options),
                                {{options_.bind_address, port, std::move(routes)}});
}

std::vector<web::HttpRoute> Front::MetricsRoutes() {
  std::vector<web::HttpRoute> routes = {{"/", &web::AnswerPage}};
  routes.push_back({"/metrics", [this](const web::HttpRequest&) {
                      web::HttpResponse response;
                      response.content_type = web::kExpositionContentType;
                      if (open_.load()) response.body = parts_.metrics(base::Now());
                      return response;
                    }});
  for (web::HttpRoute& route : api_.Routes()) {
    routes.push_back({route.path, [this, answer = route.handler](const web::HttpRequest& request) {
                        if (open_.load()) return answer(request);
                        return web::ErrorResponse(503, "it has not started yet");
                      }});
  }
  return routes;
}

absl::Status Front::Live() const {
  if (!open_.load()) return absl::OkStatus();
  const base::SteadyTime now = base::Now();
  if (absl::Status live = parts_.live(now); !live.ok()) return live;
  // A server that goes down answers nobody, itself included.
  if (!self_check_ || draining_.load()) return absl::OkStatus();
  return self_check_->status(now);
}

absl::Status Front::Ready() const {
  if (draining_.load()) return absl::UnavailableError("shutting down");
  return parts_.role.readiness(base::Now()).status;
}

std::optional<serving::ConnectionStats> Front::Connections() const {
  return serving_ ? std::optional(server_.Connections()) : std::nullopt;
}

std::optional<web::HttpStats> Front::Http() const {
  if (!open_.load() || (!pages_ && !probes_)) return std::nullopt;
  web::HttpStats stats;
  for (const auto& http : {&pages_, &probes_}) {
    if (*http) stats += (*http)->Stats();
  }
  return stats;
}

}  // namespace gpuscaler::cli
