// A server of gRPC health, and what its tests ask of it.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "await.h"
#include "base/strings.h"
#include "health.grpc.pb.h"
#include "rpc/server.h"

namespace gpuscaler::rpc {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

class StateFeed final : public Feed<HealthCheckResponse> {
 public:
  StateFeed(const std::atomic<int>& state, base::Duration period)
      : state_(state), period_(period) {}

  std::optional<HealthCheckResponse> Next(base::SteadyTime now) override {
    const int state = state_.load();
    if (state == said_ && now < due_) return std::nullopt;
    said_ = state;
    due_ = period_ == base::Duration::max() ? kNever : now + period_;
    HealthCheckResponse response;
    response.set_status(static_cast<HealthCheckResponse::ServingStatus>(state));
    return response;
  }
  base::SteadyTime due() const override { return due_; }

 private:
  const std::atomic<int>& state_;
  const base::Duration period_;
  int said_ = -1;
  base::SteadyTime due_ = kNever;
};

// As HealthFeed: what it says depends on the server's end.
class LastWordFeed final : public Feed<HealthCheckResponse> {
 public:
  // `talks`: says the same over and over until then.
  explicit LastWordFeed(const Server& server, bool talks) : server_(server), talks_(talks) {}

  std::optional<HealthCheckResponse> Next(base::SteadyTime) override {
    const bool draining = server_.draining();
    if (said_ == draining && (draining || !talks_)) return std::nullopt;
    said_ = draining;
    HealthCheckResponse response;
    response.set_status(draining ? HealthCheckResponse::NOT_SERVING : HealthCheckResponse::SERVING);
    return response;
  }

 private:
  const Server& server_;
  const bool talks_;
  std::optional<bool> said_;
};

class ServerTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    options.address = "127.0.0.1";
    server_ = std::make_unique<Server>(options);
    const std::string_view service = Health::service_full_name();
    server_->AddUnary<HealthCheckRequest, HealthCheckResponse>(
        service, "Check",
        [](const HealthCheckRequest& request) -> absl::StatusOr<HealthCheckResponse> {
          if (request.service() == "bad") return absl::NotFoundError("no such one");
          HealthCheckResponse response;
          response.set_status(HealthCheckResponse::SERVING);
          return response;
        });
    server_->AddServerStream<HealthCheckRequest, HealthCheckResponse>(
        service, "Watch",
        [this](const HealthCheckRequest& request)
            -> absl::StatusOr<std::unique_ptr<Feed<HealthCheckResponse>>> {
          if (request.service() == "bad") return absl::InvalidArgumentError("bad service");
          if (request.service() == "last word" || request.service() == "talk") {
            return std::make_unique<LastWordFeed>(*server_, request.service() == "talk");
          }
          return std::make_unique<StateFeed>(state_, heartbeat_);
        });
    // A client that streams, of a method that is not in the service's proto.
    server_->AddExchange<HealthCheckRequest, HealthCheckResponse>(
        service, "Exchange", [](const HealthCheckRequest& request) {
          HealthCheckResponse response;
          if (request.service() == "up") response.set_status(HealthCheckResponse::SERVING);
          return response;
        });
    // Waits until `state_` is 2, of a method that is not in the service's proto either.
    server_->AddPatientUnary<HealthCheckRequest, HealthCheckResponse>(
        service, "Wait",
        [this](const HealthCheckRequest& request,
               bool may_wait) -> std::optional<absl::StatusOr<HealthCheckResponse>> {
          HealthCheckResponse response;
          if (state_ == 2) {
            response.set_status(HealthCheckResponse::NOT_SERVING);
          } else if (request.service() == "in vain" && !may_wait) {
            return absl::UnavailableError("nothing came");
          } else if (may_wait) {
            ++asked_to_wait_;
            return std::nullopt;
          }
          return response;
        });
    ASSERT_TRUE(server_->Start([this](base::SteadyTime) { ++wakes_; }).ok());
  }

  // Over a connection of its own.
  std::shared_ptr<grpc::Channel> NewChannel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(base::StrCat("127.0.0.1:", server_->port()),
                                     grpc::InsecureChannelCredentials(), arguments);
  }
  std::unique_ptr<Health::Stub> NewStub() { return Health::NewStub(NewChannel()); }

  static grpc::Status Check(Health::Stub& stub, const std::string& service) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(20));
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    return stub.Check(&context, request, &response);
  }

  // Calls Wait, and answers once that has ended.
  static std::pair<grpc::Status, int> Wait(const std::shared_ptr<grpc::Channel>& channel,
                                           const std::string& service) {
    grpc::internal::RpcMethod method("/grpc.health.v1.Health/Wait",
                                     grpc::internal::RpcMethod::NORMAL_RPC, channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(20));
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall(channel.get(), method, &context, request, &response);
    return {status, response.status()};
  }

  int64_t OpenStreams() const { return server_->stats()[1].open_streams.load(); }

  // One open Watch.
  struct Watching {
    Watching(Health::Stub& stub, const std::string& service = "") {
      HealthCheckRequest request;
      request.set_service(service);
      reader = stub.Watch(&context, request);
    }
    int Read() {
      HealthCheckResponse response;
      return reader->Read(&response) ? static_cast<int>(response.status()) : -1;
    }
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader;
  };

  std::atomic<int> state_{1};
  std::atomic<int> wakes_{0};
  std::atomic<int> asked_to_wait_{0};
  base::Duration heartbeat_ = base::Duration::max();
  std::unique_ptr<Server> server_;
};

}  // namespace gpuscaler::rpc
