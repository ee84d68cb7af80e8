#include "serving/scaler_server.h"

#include <atomic>
#include <utility>

#include "decision.grpc.pb.h"
#include "externalscaler.grpc.pb.h"
#include "health.grpc.pb.h"
#include "reflection.grpc.pb.h"
#include "reflection_v1alpha.grpc.pb.h"
#include "rpc/server.h"
#include "serving/decisions.h"
#include "serving/explain.h"
#include "serving/external_scaler.h"
#include "serving/health.h"
#include "serving/reflection.h"
#include "serving/scaler_service.h"
#include "serving/sign_follower.h"
#include "serving/window_recorder.h"

namespace gpuscaler::serving {
namespace {

std::vector<std::string> Services() {
  return {externalscaler::ExternalScaler::service_full_name(),
          decision::v1::Explainer::service_full_name(),
          grpc::health::v1::Health::service_full_name(),
          grpc::reflection::v1::ServerReflection::service_full_name(),
          grpc::reflection::v1alpha::ServerReflection::service_full_name()};
}

rpc::ServerOptions RpcOptions(const ScalerServer::Options& options) {
  rpc::ServerOptions rpc_options;
  rpc_options.address = options.address;
  rpc_options.port = options.port;
  rpc_options.credentials = options.credentials;
  rpc_options.connections.most = options.max_connections;
  rpc_options.connections.memory_bytes = options.max_memory_bytes;
  rpc_options.max_streams = options.max_streams;
  return rpc_options;
}

}  // namespace

struct ScalerServer::Impl {
  Impl(const Options& options, telemetry::Store& telemetry_store, Role its_role)
      : store(telemetry_store),
        role(std::move(its_role)),
        engines(StartEngines(options)),
        scaler{telemetry_store, windows, signs,         spells,
               options.limits,  role,    engines.get(), &decisions},
        server(RpcOptions(options)),
        health{role.readiness, services, [this] { return server.draining(); }} {
    service.AddExternalScaler(server);
    service.AddExplainer(server);
    AddHealth(server, health);
    AddReflection(server, services);
  }

  // The loop's thread uses the members below `server` too.
  ~Impl() { Shutdown(base::Duration::zero()); }

  void Shutdown(base::Duration grace) {
    StopWaking();
    server.Shutdown(grace);
    if (engines != nullptr) engines->Stop();  // not before: the last calls ask it
  }

  std::unique_ptr<engines::EngineSignals> StartEngines(const Options& options) {
    if (!options.engines) return nullptr;
    const auto wake = [this] {
      if (serving.load()) server.Wake();
    };
    return std::make_unique<engines::EngineSignals>(*options.engines, nullptr, wake,
                                                    options.limits.stale_after);
  }

  void StopWaking() {
    if (subscription != 0) store.Unsubscribe(std::exchange(subscription, 0));
  }

  telemetry::Store& store;
  const Role role;
  Decisions decisions;
  // The loop's thread only, from Start on, but for what only looks.
  ValueWindows windows;
  LastSigns signs;
  IdleSpells spells;
  // Its thread wakes `server`.
  const std::unique_ptr<engines::EngineSignals> engines;
  const ScalerContext scaler;
  ScalerService service{scaler};
  WindowRecorder recorder{scaler};
  SignFollower follower{scaler};
  // What health and reflection know.
  const std::vector<std::string> services = Services();
  rpc::Server server;
  const HealthContext health;
  std::atomic<bool> serving{false};
  telemetry::Store::SubscriberId subscription = 0;
};

ScalerServer::ScalerServer(const Options& options, telemetry::Store& store, Role role)
    : impl_(std::make_unique<Impl>(options, store, std::move(role))) {}

ScalerServer::~ScalerServer() = default;

absl::Status ScalerServer::Start() {
  Impl* impl = impl_.get();
  absl::Status started = impl->server.Start([impl](base::SteadyTime now) {
    impl->recorder.Record(now);
    impl->follower.Follow(now);
  });
  if (!started.ok()) return started;
  impl->serving.store(true);
  impl->subscription = impl->store.Subscribe([impl] { impl->server.Wake(); });
  return absl::OkStatus();
}

uint16_t ScalerServer::port() const {
  return impl_->server.port();
}

rpc::ConnectionGate& ScalerServer::gate() {
  return impl_->server.gate();
}

void ScalerServer::Shutdown(base::Duration grace) {
  impl_->Shutdown(grace);
}

ConnectionStats ScalerServer::Connections() const {
  const rpc::ConnectionGate& gate = impl_->server.gate();
  return {gate.accepted(), gate.refused(), gate.closed(), gate.open()};
}

std::vector<RequestStats> ScalerServer::Requests() const {
  std::vector<RequestStats> all;
  for (const rpc::MethodStats& stats : impl_->server.stats()) {
    RequestStats& row = all.emplace_back();
    row.method = stats.method;
    row.requests = stats.requests.load(std::memory_order_relaxed);
    row.errors = stats.errors.load(std::memory_order_relaxed);
    if (stats.is_stream) row.open_streams = stats.open_streams.load(std::memory_order_relaxed);
  }
  return all;
}

Decisions& ScalerServer::decisions() {
  return impl_->decisions;
}

decision::v1::Decision ScalerServer::ExplainNow(const decision::v1::ExplainRequest& request) const {
  return **Explain(request, impl_->scaler, base::Now(), std::chrono::system_clock::now(), false);
}

std::optional<engines::ScraperStats> ScalerServer::Engines() const {
  if (impl_->engines == nullptr) return std::nullopt;
  return impl_->engines->Stats();
}

}  // namespace gpuscaler::serving
