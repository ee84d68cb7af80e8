// gRPC health: SERVING follows the readiness of the role, a node's the measured age of
// its newest reading.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "health.pb.h"
#include "rpc/conversation.h"
#include "serving/role.h"
#include "telemetry/store.h"

namespace gpuscaler::rpc {
class Server;
}  // namespace gpuscaler::rpc

namespace gpuscaler::serving {

// Fresh: every node in view, and at least one, has a successful read of its
// fast lane that is at most `stale_after` old.
Freshness FreshnessOf(const telemetry::View& view, base::SteadyTime now,
                      base::Duration stale_after);

struct HealthContext {
  const std::function<Freshness(base::SteadyTime now)>& readiness;
  const std::vector<std::string>& services;  // their full names
  std::function<bool()> draining;            // then NOT_SERVING whatever the data says
};

// NOT_FOUND: no such service. "" is the server as a whole.
absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth(
    const grpc::health::v1::HealthCheckRequest& request, const HealthContext& context,
    base::SteadyTime now);

// Watch: the status at once and at each change.
class HealthFeed final : public rpc::Feed<grpc::health::v1::HealthCheckResponse> {
 public:
  HealthFeed(const std::string& service, const HealthContext& context);

  std::optional<grpc::health::v1::HealthCheckResponse> Next(base::SteadyTime now) override;
  base::SteadyTime due() const override { return due_; }

 private:
  const bool known_;  // the service, whose name may be as long as a request
  const HealthContext& context_;
  std::optional<grpc::health::v1::HealthCheckResponse::ServingStatus> said_;
  base::SteadyTime due_ = base::kNever;
};

// Check and Watch as methods of `server`, which has not started. It must end before `context`.
void AddHealth(rpc::Server& server, const HealthContext& context);

}  // namespace gpuscaler::serving
