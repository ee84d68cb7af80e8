#include "serving/health.h"

#include <algorithm>

#include "base/strings.h"
#include "health.grpc.pb.h"
#include "rpc/server.h"

namespace gpuscaler::serving {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

bool IsKnown(const std::string& service, const HealthContext& context) {
  return service.empty() || std::find(context.services.begin(), context.services.end(), service) !=
                                context.services.end();
}

HealthCheckResponse::ServingStatus ServingStatus(const Freshness& freshness,
                                                 const HealthContext& context) {
  return freshness.status.ok() && !context.draining() ? HealthCheckResponse::SERVING
                                                      : HealthCheckResponse::NOT_SERVING;
}

}  // namespace

Freshness FreshnessOf(const telemetry::View& view, base::SteadyTime now,
                      base::Duration stale_after) {
  if (view.nodes().empty()) return {absl::UnavailableError("no reading has arrived yet")};
  Freshness freshness;
  for (const auto& node : view.nodes()) {
    const telemetry::LaneState& lane = node->lane(catalog::Lane::kFast);
    const bool ever = lane.sampled_at != base::SteadyTime{};
    if (ever && now - lane.sampled_at <= stale_after) {
      // Just past the limit: at the limit itself it is still fresh.
      freshness.until =
          std::min(freshness.until, lane.sampled_at + stale_after + std::chrono::milliseconds(1));
      continue;
    }
    return {absl::UnavailableError(
        base::StrCat("node ", node->node, ": no fresh reading ",
                     ever ? base::StrCat("for ", base::FormatSeconds(now - lane.sampled_at),
                                         " (limit ", base::FormatDuration(stale_after), ")")
                          : "yet",
                     lane.status.ok() ? "" : ": ", base::Message(lane.status)))};
  }
  return freshness;
}

absl::StatusOr<HealthCheckResponse> CheckHealth(const grpc::health::v1::HealthCheckRequest& request,
                                                const HealthContext& context,
                                                base::SteadyTime now) {
  if (!IsKnown(request.service(), context)) {
    return absl::NotFoundError(
        base::StrCat("no service \"", request.service().substr(0, 256), "\" here"));
  }
  HealthCheckResponse response;
  response.set_status(ServingStatus(context.readiness(now), context));
  return response;
}

HealthFeed::HealthFeed(const std::string& service, const HealthContext& context)
    : known_(IsKnown(service, context)), context_(context) {}

std::optional<HealthCheckResponse> HealthFeed::Next(base::SteadyTime now) {
  auto status = HealthCheckResponse::SERVICE_UNKNOWN;
  if (known_) {
    const Freshness freshness = context_.readiness(now);
    due_ = freshness.until;
    status = ServingStatus(freshness, context_);
  }
  if (said_ == status) return std::nullopt;
  said_ = status;
  HealthCheckResponse response;
  response.set_status(status);
  return response;
}

void AddHealth(rpc::Server& server, const HealthContext& context) {
  const std::string_view service = grpc::health::v1::Health::service_full_name();
  server.AddUnary<HealthCheckRequest, HealthCheckResponse>(
      service, "Check", [&context](const HealthCheckRequest& request) {
        return CheckHealth(request, context, base::Now());
      });
  server.AddServerStream<HealthCheckRequest, HealthCheckResponse>(
      service, "Watch",
      [&context](const HealthCheckRequest& request)
          -> absl::StatusOr<std::unique_ptr<rpc::Feed<HealthCheckResponse>>> {
        return std::make_unique<HealthFeed>(request.service(), context);
      },
      rpc::Place::kSide);
}

}  // namespace gpuscaler::serving
