// A gRPC server on one completion queue with one thread.
//
//   rpc::Server server(options);
//   auto& service = server.AddService<externalscaler::ExternalScaler::AsyncService>();
//   server.AddUnary("IsActive", service, &Service::RequestIsActive, handler);
//   server.Start();
//
// Every handler runs on the loop's thread and must neither block nor wait.
#pragma once

#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "rpc/connection_gate.h"
#include "rpc/exchange_method.h"
#include "rpc/loop.h"
#include "rpc/method.h"
#include "rpc/server_stream_method.h"
#include "rpc/stats.h"
#include "rpc/unary_method.h"

namespace gpuscaler::rpc {

struct ServerOptions {
  std::string address;  // an IP literal; empty: every address
  uint16_t port = 0;    // 0: a free one
  ConnectionGate::Limits connections;
  // Open streams in all. Above it a stream ends with RESOURCE_EXHAUSTED; unary
  // calls are never refused for it.
  size_t max_streams = 4096;
  int max_request_bytes = 512 * 1024;    // larger: RESOURCE_EXHAUSTED
  int max_metadata_bytes = 16 * 1024;    // HTTP/2 headers of a call
  size_t memory_quota_bytes = 64 << 20;  // of gRPC's buffers and calls
};

class Server {
 public:
  explicit Server(ServerOptions options);
  // Calls Shutdown if nobody did.
  ~Server();

  // Before Start.
  template <class Service>
  Service& AddService() {
    auto service = std::make_unique<Service>();
    Service& added = *service;
    builder_->RegisterService(service.get());
    services_.push_back(std::move(service));
    return added;
  }
  template <class Service, class Request, class Response>
  void AddUnary(std::string_view name, std::type_identity_t<Service>& service,
                void (Service::*function)(grpc::ServerContext*, Request*,
                                          grpc::ServerAsyncResponseWriter<Response>*,
                                          grpc::CompletionQueue*, grpc::ServerCompletionQueue*,
                                          void*),
                typename UnaryMethod<Service, Request, Response>::Handler handler) {
    methods_.push_back(std::make_unique<UnaryMethod<Service, Request, Response>>(
        *loop_, service, function, stats_.emplace_back(name, false), std::move(handler)));
  }
  template <class Service, class Request, class Response>
  void AddServerStream(std::string_view name, std::type_identity_t<Service>& service,
                       void (Service::*function)(grpc::ServerContext*, Request*,
                                                 grpc::ServerAsyncWriter<Response>*,
                                                 grpc::CompletionQueue*,
                                                 grpc::ServerCompletionQueue*, void*),
                       typename ServerStreamMethod<Service, Request, Response>::Handler handler) {
    methods_.push_back(std::make_unique<ServerStreamMethod<Service, Request, Response>>(
        *loop_, service, function, stats_.emplace_back(name, true), budget_, std::move(handler)));
  }
  template <class Service, class Request, class Response>
  void AddExchange(std::string_view name, std::type_identity_t<Service>& service,
                   void (Service::*function)(grpc::ServerContext*,
                                             grpc::ServerAsyncReaderWriter<Response, Request>*,
                                             grpc::CompletionQueue*, grpc::ServerCompletionQueue*,
                                             void*),
                   typename ExchangeMethod<Service, Request, Response>::Handler handler) {
    methods_.push_back(std::make_unique<ExchangeMethod<Service, Request, Response>>(
        *loop_, service, function, stats_.emplace_back(name, true), budget_, std::move(handler)));
  }

  // Listens and serves. `on_wake` runs on the loop's thread at each Wake, before
  // the streams are asked. An error: the port could not be had.
  absl::Status Start(std::function<void(base::SteadyTime now)> on_wake);

  // After Start, any thread.
  void Wake() { loop_->Wake(); }
  uint16_t port() const { return port_; }
  const ConnectionGate& gate() const { return *gate_; }
  bool draining() const { return loop_->draining(); }

  // Fixed after the last Add; the counters may be read from any thread.
  const std::deque<MethodStats>& stats() const { return stats_; }

  // Takes no new connection, ends the streams with status OK, lets calls in
  // flight finish; what is not done after `grace` is cancelled. Blocks.
  void Shutdown(base::Duration grace);

 private:
  const ServerOptions options_;
  std::unique_ptr<grpc::ServerBuilder> builder_;  // until Start
  std::vector<std::unique_ptr<grpc::Service>> services_;
  StreamBudget budget_;
  std::deque<MethodStats> stats_;  // a deque: methods hold references
  std::unique_ptr<Loop> loop_;
  std::vector<std::unique_ptr<Method>> methods_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<ConnectionGate> gate_;
  uint16_t port_ = 0;
};

}  // namespace gpuscaler::rpc
