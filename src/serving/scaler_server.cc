#include "serving/scaler_server.h"

#include <atomic>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "decision.grpc.pb.h"
#include "externalscaler.grpc.pb.h"
#include "health.grpc.pb.h"
#include "reflection.grpc.pb.h"
#include "reflection_v1alpha.grpc.pb.h"
#include "rpc/server.h"
#include "serving/active_feed.h"
#include "serving/complaints.h"
#include "serving/decisions.h"
#include "serving/explain.h"
#include "serving/external_scaler.h"
#include "serving/health.h"
#include "serving/reflection.h"

namespace gpuscaler::serving {
namespace {

using decision::v1::Decision;
using decision::v1::Explainer;
using decision::v1::ExplainRequest;
using externalscaler::ExternalScaler;
using externalscaler::GetMetricSpecResponse;
using externalscaler::GetMetricsRequest;
using externalscaler::GetMetricsResponse;
using externalscaler::IsActiveResponse;
using externalscaler::ScaledObjectRef;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// What a line of the log may hold of a name that is too long to be one.
std::string_view Beginning(std::string_view name, size_t most) {
  return name.substr(0, most);
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
    AddExternalScaler();
    AddExplainer();
    AddHealth();
    AddReflection();
  }

  // The loop's thread uses the members below `server` too.
  ~Impl() { Shutdown(base::Duration::zero()); }

  void Shutdown(base::Duration grace) {
    StopWaking();
    server.Shutdown(grace);
    if (engines != nullptr) engines->Stop();  // not before: the last calls ask it
  }

  void AddExternalScaler() {
    const auto service = Announce(ExternalScaler::service_full_name());
    server.AddPatientUnary<ScaledObjectRef, IsActiveResponse>(
        service, "IsActive", [this](const ScaledObjectRef& object, bool may_wait) {
          return Logged("IsActive", object, IsActive(object, scaler, base::Now(), may_wait));
        });
    server.AddUnary<ScaledObjectRef, GetMetricSpecResponse>(
        service, "GetMetricSpec", [this](const ScaledObjectRef& object) {
          return Logged("GetMetricSpec", object, GetMetricSpec(object));
        });
    server.AddPatientUnary<GetMetricsRequest, GetMetricsResponse>(
        service, "GetMetrics", [this](const GetMetricsRequest& request, bool may_wait) {
          return Logged("GetMetrics", request.scaledobjectref(),
                        GetMetrics(request, scaler, base::Now(), may_wait));
        });
    server.AddServerStream<ScaledObjectRef, IsActiveResponse>(
        service, "StreamIsActive",
        [this](const ScaledObjectRef& object)
            -> absl::StatusOr<std::unique_ptr<rpc::Feed<IsActiveResponse>>> {
          auto trigger = Logged("StreamIsActive", object, ReadTrigger(object));
          if (!trigger.ok()) {
            Note(object, {Question::kStreamIsActive, trigger.status(), {}, false, false});
            return trigger.status();
          }
          const auto shared = std::make_shared<const ScaledObjectRef>(object);
          return std::make_unique<ActiveFeed>(
              *std::move(trigger), scaler,
              [this, shared](const absl::Status& why) {
                Note(*shared, {Question::kStreamIsActive, why, {}, false, false});
                Complain("StreamIsActive", shared->namespace_(), shared->name(), why);
              },
              [this, shared](const scaling::Evaluation& evaluation) {
                Note(*shared, {Question::kStreamIsActive,
                               absl::OkStatus(),
                               {},
                               evaluation.active,
                               evaluation.held});
              });
        });
    server.AddServerStream<ScaledObjectRef, GetMetricSpecResponse>(
        service, "StreamMetricSpec",
        [this](const ScaledObjectRef& object)
            -> absl::StatusOr<std::unique_ptr<rpc::Feed<GetMetricSpecResponse>>> {
          auto specs = Logged("StreamMetricSpec", object, GetMetricSpec(object));
          if (!specs.ok()) return specs.status();
          return std::make_unique<MetricSpecFeed>(*std::move(specs));
        });
  }

  void AddExplainer() {
    server.AddPatientUnary<ExplainRequest, Decision>(
        Announce(Explainer::service_full_name()), "Explain",
        [this](const ExplainRequest& request, bool may_wait) {
          return Explain(request, scaler, base::Now(), std::chrono::system_clock::now(), may_wait);
        });
  }

  void AddHealth() {
    const auto service = Announce(Health::service_full_name());
    server.AddUnary<HealthCheckRequest, HealthCheckResponse>(
        service, "Check", [this](const HealthCheckRequest& request) {
          return CheckHealth(request, health, base::Now());
        });
    server.AddServerStream<HealthCheckRequest, HealthCheckResponse>(
        service, "Watch",
        [this](const HealthCheckRequest& request)
            -> absl::StatusOr<std::unique_ptr<rpc::Feed<HealthCheckResponse>>> {
          return std::make_unique<HealthFeed>(request.service(), health);
        },
        rpc::Place::kSide);
  }

  void AddReflection() {
    namespace v1 = grpc::reflection::v1;
    namespace v1alpha = grpc::reflection::v1alpha;
    server.AddExchange<v1::ServerReflectionRequest, v1::ServerReflectionResponse>(
        Announce(v1::ServerReflection::service_full_name()), "ServerReflectionInfo",
        [this](const v1::ServerReflectionRequest& request) { return Reflect(request, services); },
        rpc::Place::kSide);
    server.AddExchange<v1alpha::ServerReflectionRequest, v1alpha::ServerReflectionResponse>(
        Announce(v1alpha::ServerReflection::service_full_name()), "ServerReflectionInfo",
        [this](const v1alpha::ServerReflectionRequest& request) {
          return Reflect(request, services);
        },
        rpc::Place::kSide);
  }

  // `service` is one of those that health and reflection know.
  std::string_view Announce(std::string_view service) {
    services.emplace_back(service);
    return service;
  }

  template <class Result>
  std::optional<absl::StatusOr<Result>> Logged(std::string_view method,
                                               const ScaledObjectRef& object,
                                               std::optional<absl::StatusOr<Result>> result) {
    if (!result) return std::nullopt;
    return Logged(method, object, *std::move(result));
  }

  // Passes `result` on; a failure that is news goes to the log.
  template <class Result>
  absl::StatusOr<Result> Logged(std::string_view method, const ScaledObjectRef& object,
                                absl::StatusOr<Result> result) {
    if (!result.ok()) Complain(method, object.namespace_(), object.name(), result.status());
    return result;
  }

  void Note(const ScaledObjectRef& object, const Answer& answer) {
    decisions.Record(object, answer, base::Now());
  }

  void Complain(std::string_view method, std::string_view object_namespace, std::string_view object,
                const absl::Status& status) {
    const base::SteadyTime now = base::Now();
    if (complaints.IsNew(method, object_namespace, object, status, now)) {
      base::LogWarn("request failed",
                    {{"method", method},
                     {"namespace", Beginning(object_namespace, kLongestNamespace)},
                     {"scaledObject", Beginning(object, kLongestName)},
                     {"code", absl::StatusCodeToString(status.code())},
                     {"error", base::Message(status)}});
    }
    if (const uint64_t left_out = complaints.TakeLeftOut(now); left_out > 0) {
      base::LogWarn("too many requests failed at once to log each", {{"leftOut", left_out}});
    }
  }

  // At each view, and once a second where there is none: engines wake the server far
  // more often.
  void Record(base::SteadyTime now) {
    const uint64_t view = store.Load()->number();
    if (view == recorded_view && now - recorded_at < std::chrono::seconds(1)) return;
    recorded_view = view;
    recorded_at = now;
    if (!role.is_complete(now).ok()) return;
    windows.Record(
        [this, now](const scaling::Trigger& trigger) {
          return EvaluateNewest(trigger, scaler, now, ReadEngines(trigger, scaler, now, false));
        },
        now);
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
  uint64_t recorded_view = 0;
  base::SteadyTime recorded_at = {};
  LastSigns signs;
  IdleSpells spells;
  Complaints complaints;
  // Its thread wakes `server`.
  const std::unique_ptr<engines::EngineSignals> engines;
  const ScalerContext scaler;
  std::vector<std::string> services;
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
  absl::Status started = impl->server.Start([impl](base::SteadyTime now) { impl->Record(now); });
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
