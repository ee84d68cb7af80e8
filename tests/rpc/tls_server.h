// A server with TLS and its clients, for tests.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/strings.h"
#include "fakes/certificates/client.h"
#include "fakes/certificates/secret_folder.h"
#include "health.grpc.pb.h"
#include "rpc/certificate_watch.h"
#include "rpc/server.h"
#include "rpc/server_credentials.h"

namespace gpuscaler::rpc {

using fakes::ClientOf;

// Serves Check, and Meet, a conversation that tells the test who opened it.
class TlsServer {
 public:
  // `credentials`: empty for plaintext.
  explicit TlsServer(std::shared_ptr<grpc::ServerCredentials> credentials) {
    ServerOptions options;
    options.address = "127.0.0.1";
    options.credentials = std::move(credentials);
    server_.emplace(options);
    using grpc::health::v1::HealthCheckRequest;
    using grpc::health::v1::HealthCheckResponse;
    server_->AddUnary<HealthCheckRequest, HealthCheckResponse>(
        kService, "Check", [](const HealthCheckRequest&) { return HealthCheckResponse(); });
    server_->AddConversation(kService, "Meet", [this](const Caller& caller) {
      const std::lock_guard lock(mutex_);
      caller_ = caller;
      return std::make_unique<Silence>();
    });
    EXPECT_TRUE(server_->Start([](base::SteadyTime) {}).ok());
  }

  Server& server() { return *server_; }
  uint16_t port() const { return server_->port(); }

  // Over a connection of its own.
  std::shared_ptr<grpc::Channel> NewChannel(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials,
      grpc::ChannelArguments arguments = {}) const {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(base::StrCat("127.0.0.1:", port()), credentials, arguments);
  }
  static grpc::Status Check(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    grpc::health::v1::HealthCheckResponse response;
    return grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &response);
  }
  grpc::Status CheckAnew(const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    return Check(NewChannel(credentials));
  }

  // Who a client with these credentials is to the server.
  Caller Meet(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::GenericStub stub(NewChannel(credentials));
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    void* tag = nullptr;
    bool ok = false;
    const auto stream = stub.PrepareCall(&context, base::StrCat("/", kService, "/Meet"), &queue);
    stream->StartCall(nullptr);
    queue.Next(&tag, &ok);
    stream->WritesDone(nullptr);
    queue.Next(&tag, &ok);
    grpc::Status status;
    stream->Finish(&status, nullptr);
    queue.Next(&tag, &ok);
    EXPECT_TRUE(status.ok()) << status.error_message();
    queue.Shutdown();
    EXPECT_FALSE(queue.Next(&tag, &ok));
    const std::lock_guard lock(mutex_);
    return caller_;
  }

 private:
  static constexpr std::string_view kService = "grpc.health.v1.Health";

  class Silence final : public Conversation {
   public:
    std::optional<grpc::ByteBuffer> NextBytes(base::SteadyTime) override { return std::nullopt; }
    bool listens() const override { return true; }
  };

  std::mutex mutex_;
  Caller caller_;
  std::optional<Server> server_;
};

}  // namespace gpuscaler::rpc
