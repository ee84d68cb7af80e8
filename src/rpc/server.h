// A gRPC server on one completion queue with one thread.
//
//   rpc::Server server(options);
//   server.AddUnary<ScaledObjectRef, IsActiveResponse>("externalscaler.ExternalScaler",
//                                                      "IsActive", handler);
//   server.Start(on_wake);
//
// Every handler runs on the loop's thread and must neither block nor wait.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "base/time.h"
#include "rpc/call.h"
#include "rpc/connection_gate.h"
#include "rpc/conversation.h"
#include "rpc/last_calls.h"
#include "rpc/listener.h"
#include "rpc/loop.h"
#include "rpc/message.h"
#include "rpc/method.h"
#include "rpc/stats.h"

namespace gpuscaler::rpc {

enum class Place : uint8_t { kMain, kSide };

struct ServerOptions {
  std::string address;  // an IP literal; empty: every address
  uint16_t port = 0;    // 0: a free one
  // TLS (server_credentials.h); empty: plaintext.
  std::shared_ptr<grpc::ServerCredentials> credentials;
  ConnectionGate::Limits connections;
  // Open streams in all, and apart from them those of methods to the side: a
  // health watch takes no place of one that scales. Above it a stream ends with
  // RESOURCE_EXHAUSTED (stream_budget.h); unary calls are never refused for it.
  size_t max_streams = 4096;
  size_t max_side_streams = 64;
  // Calls whose request has not come. Above it those of a connection that holds
  // more than an eighth of it get RESOURCE_EXHAUSTED; at twice as many the
  // connections that hold the most are closed.
  size_t max_open_requests = 1024;
  // Calls that have waited more than a second for the client to send its
  // request, or to take its answer, and how long any does. Above it the
  // connection that holds the most of them is closed.
  size_t max_late_requests = 128;
  size_t max_late_answers = 1024;
  base::Duration patience = std::chrono::seconds(10);
  // Calls that wait for what is under way, which is asked for again at each wake. Above it a
  // call is answered as if it had waited.
  size_t max_patient_calls = 1024;
  int max_request_bytes = 256 * 1024;  // larger: RESOURCE_EXHAUSTED
  // What a connection reads at once, at first: more than its receive buffer ever holds
  // (listener.h), so that the loop sees what came before the next read. Each keeps
  // as much while it waits, so thousands of connections want less.
  int read_chunk_bytes = 4 * kReceiveBuffer;
  // A connection without a call for so long is closed; 0: it is not. gRPC's buffers of one
  // through which a large message came take 70 kB.
  base::Duration most_idle = base::Duration::zero();
  int max_metadata_bytes = 16 * 1024;  // HTTP/2 headers of a call
};

class Server {
 public:
  explicit Server(ServerOptions options);
  // Calls Shutdown if nobody did.
  ~Server();

  // Before Start. `service`: its full name. Methods of one name, in several
  // versions of a service, share their counters.
  template <class Request, class Response>
  void AddUnary(std::string_view service, std::string_view method,
                std::function<absl::StatusOr<Response>(const Request& request)> handler) {
    AddPatientUnary<Request, Response>(
        service, method,
        [handler = std::move(handler)](const Request& request, bool)
            -> std::optional<absl::StatusOr<Response>> { return handler(request); });
  }
  // One whose answer may be under way: empty, unless it must not wait any longer
  // (method.h). `handler` keeps nothing of the request.
  template <class Request, class Response>
  void AddPatientUnary(
      std::string_view service, std::string_view method,
      std::function<std::optional<absl::StatusOr<Response>>(const Request& request, bool may_wait)>
          handler) {
    auto shared = std::make_shared<const decltype(handler)>(std::move(handler));
    AddMethod(
        service, method, false,
        UnaryBytes([shared = std::move(shared)](
                       grpc::ByteBuffer& bytes) -> std::variant<rpc::Response, LaterResponse> {
          auto request = ReadMessage<Request>(bytes);
          if (!request.ok()) return rpc::Response(request.status());
          if (const auto response = (*shared)(*request, true)) return Written(*response);
          return LaterResponse([shared, request = *std::move(request)](
                                   bool may_wait) -> std::optional<rpc::Response> {
            const auto response = (*shared)(request, may_wait);
            if (!response) return std::nullopt;
            return Written(*response);
          });
        }));
  }
  template <class Request, class Response>
  void AddServerStream(
      std::string_view service, std::string_view method,
      std::function<absl::StatusOr<std::unique_ptr<Feed<Response>>>(const Request& request)>
          handler,
      Place place = Place::kMain) {
    AddMethod(
        service, method, true,
        OpenFeed([handler = std::move(handler)](
                     grpc::ByteBuffer& bytes) -> absl::StatusOr<std::unique_ptr<Conversation>> {
          const auto request = ReadMessage<Request>(bytes);
          if (!request.ok()) return request.status();
          return handler(*request);
        }),
        place);
  }
  // Each request gets one response, in order.
  template <class Request, class Response>
  void AddExchange(std::string_view service, std::string_view method,
                   std::function<Response(const Request& request)> handler,
                   Place place = Place::kMain) {
    auto shared =
        std::make_shared<const std::function<Response(const Request& request)>>(std::move(handler));
    AddMethod(service, method, true, OpenExchange([shared = std::move(shared)](const Caller&) {
                return std::make_unique<Exchange<Request, Response>>(shared);
              }),
              place);
  }

  // Of a client that streams too: `open` runs as soon as it calls, before its
  // first message.
  void AddConversation(std::string_view service, std::string_view method, OpenExchange open) {
    AddMethod(service, method, true, std::move(open));
  }

  // Listens and serves. `on_wake` runs on the loop's thread at each Wake, before
  // the streams are asked. An error: the port could not be had.
  absl::Status Start(std::function<void(base::SteadyTime now)> on_wake);

  // After Start, any thread.
  void Wake() { loop_->Wake(); }
  uint16_t port() const { return port_; }
  ConnectionGate& gate() { return *gate_; }
  const ConnectionGate& gate() const { return *gate_; }
  bool draining() const { return loop_->draining(); }

  // Fixed after the last Add; the counters may be read from any thread.
  const std::deque<MethodStats>& stats() const { return stats_; }

  // Takes no new connection, ends the streams with status OK, answers the calls
  // that are here and that come until the clients fall silent, then closes their
  // connections; what is not done after `grace` is cut off. Blocks.
  void Shutdown(base::Duration grace);

 private:
  template <class Response>
  static rpc::Response Written(const absl::StatusOr<Response>& response) {
    if (!response.ok()) return response.status();
    return WriteMessage(*response);
  }
  void AddMethod(std::string_view service, std::string_view method, bool is_stream, Answer answer,
                 Place place = Place::kMain);
  void HandOver(int fd, bool own);

  const ServerOptions options_;
  std::unique_ptr<grpc::ServerBuilder> builder_;  // until Start
  std::deque<MethodStats> stats_;                 // a deque: methods hold references
  std::unique_ptr<Loop> loop_;
  Switchboard board_;
  LastCalls last_calls_;
  using Acceptor = grpc::experimental::ExternalConnectionAcceptor;
  std::unique_ptr<Acceptor> acceptor_;
  // In plaintext whatever the others do: the server's look at itself has no
  // certificate that its clients' authority gave.
  std::unique_ptr<Acceptor> own_acceptor_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<ConnectionGate> gate_;
  uint16_t port_ = 0;
};

}  // namespace gpuscaler::rpc
