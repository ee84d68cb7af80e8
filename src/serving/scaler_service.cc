#include "serving/scaler_service.h"

#include <chrono>
#include <memory>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "decision.grpc.pb.h"
#include "externalscaler.grpc.pb.h"
#include "rpc/server.h"
#include "serving/active_feed.h"
#include "serving/explain.h"

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

// What a line of the log may hold of a name that is too long to be one.
std::string_view Beginning(std::string_view name, size_t most) {
  return name.substr(0, most);
}

}  // namespace

void ScalerService::AddExternalScaler(rpc::Server& server) {
  const std::string_view service = ExternalScaler::service_full_name();
  server.AddPatientUnary<ScaledObjectRef, IsActiveResponse>(
      service, "IsActive", [this](const ScaledObjectRef& object, bool may_wait) {
        return Logged("IsActive", object, IsActive(object, context_, base::Now(), may_wait));
      });
  server.AddUnary<ScaledObjectRef, GetMetricSpecResponse>(
      service, "GetMetricSpec", [this](const ScaledObjectRef& object) {
        return Logged("GetMetricSpec", object, GetMetricSpec(object));
      });
  server.AddPatientUnary<GetMetricsRequest, GetMetricsResponse>(
      service, "GetMetrics", [this](const GetMetricsRequest& request, bool may_wait) {
        return Logged("GetMetrics", request.scaledobjectref(),
                      GetMetrics(request, context_, base::Now(), may_wait));
      });
  AddStreams(server, service);
}

void ScalerService::AddStreams(rpc::Server& server, std::string_view service) {
  server.AddServerStream<ScaledObjectRef, IsActiveResponse>(
      service, "StreamIsActive",
      [this](const ScaledObjectRef& object)
          -> absl::StatusOr<std::unique_ptr<rpc::Feed<IsActiveResponse>>> {
        auto trigger = Logged("StreamIsActive", object, ReadTrigger(object));
        if (!trigger.ok()) {
          Note(object, {Question::kStreamIsActive, trigger.status(), {}, {}, false});
          return trigger.status();
        }
        const auto shared = std::make_shared<const ScaledObjectRef>(object);
        return std::make_unique<ActiveFeed>(
            *std::move(trigger), context_,
            [this, shared](const absl::Status& why) {
              Note(*shared, {Question::kStreamIsActive, why, {}, {}, false});
              Complain("StreamIsActive", *shared, why);
            },
            [this, shared](const scaling::Findings& findings) {
              Note(*shared, AnswerOf(Question::kStreamIsActive, findings));
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

void ScalerService::AddExplainer(rpc::Server& server) {
  server.AddPatientUnary<ExplainRequest, Decision>(
      Explainer::service_full_name(), "Explain",
      [this](const ExplainRequest& request, bool may_wait) {
        return Explain(request, context_, base::Now(), std::chrono::system_clock::now(), may_wait);
      });
}

template <class Result>
std::optional<absl::StatusOr<Result>> ScalerService::Logged(
    std::string_view method, const ScaledObjectRef& object,
    std::optional<absl::StatusOr<Result>> result) {
  if (!result) return std::nullopt;
  return Logged(method, object, *std::move(result));
}

template <class Result>
absl::StatusOr<Result> ScalerService::Logged(std::string_view method, const ScaledObjectRef& object,
                                             absl::StatusOr<Result> result) {
  if (!result.ok()) Complain(method, object, result.status());
  return result;
}

void ScalerService::Note(const ScaledObjectRef& object, const Answer& answer) {
  if (context_.decisions != nullptr) context_.decisions->Record(object, answer, base::Now());
}

void ScalerService::Complain(std::string_view method, const ScaledObjectRef& object,
                             const absl::Status& status) {
  const base::SteadyTime now = base::Now();
  if (complaints_.IsNew(method, object.namespace_(), object.name(), status, now)) {
    base::LogWarn("request failed",
                  {{"method", method},
                   {"namespace", Beginning(object.namespace_(), kLongestNamespace)},
                   {"scaledObject", Beginning(object.name(), kLongestName)},
                   {"code", absl::StatusCodeToString(status.code())},
                   {"error", base::Message(status)}});
  }
  if (const uint64_t left_out = complaints_.TakeLeftOut(now); left_out > 0) {
    base::LogWarn("too many requests failed at once to log each", {{"leftOut", left_out}});
  }
}

}  // namespace gpuscaler::serving
