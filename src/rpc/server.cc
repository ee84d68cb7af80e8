#include "rpc/server.h"

#include <algorithm>

#include "base/strings.h"

namespace gpuscaler::rpc {
namespace {

constexpr int kSecond = 1000;

// grpc-go blocks a client at this limit, silently, where the budget answers
// RESOURCE_EXHAUSTED: so it lies well above the budget and only bounds what one
// connection can hold open.
size_t MaxCallsPerConnection(const ServerOptions& options) {
  return options.max_streams + 1024;
}

void Configure(grpc::ServerBuilder& builder, const ServerOptions& options) {
  builder.SetMaxReceiveMessageSize(options.max_request_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, options.max_metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(MaxCallsPerConnection(options)));
  // A connection that does not finish its handshake, a peer that is gone, and
  // one that pings without need.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10 * kSecond);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 4);
  builder.AddChannelArgument(GRPC_ARG_TCP_READ_CHUNK_SIZE, options.read_chunk_bytes);
  if (options.most_idle > base::Duration::zero()) {
    builder.AddChannelArgument(
        GRPC_ARG_MAX_CONNECTION_IDLE_MS,
        static_cast<int>(
            std::chrono::duration_cast<std::chrono::milliseconds>(options.most_idle).count()));
  }
  // Messages are small: no bandwidth probes, no registry of channels.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // A small message can inflate to hundreds of megabytes before its size is
  // looked at.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  // No resource quota: when it is used up, gRPC ends streams of whoever it meets.
  // The gate looks for the one who uses it up.
}

std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> AddAcceptor(
    grpc::ServerBuilder& builder, const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  return builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, credentials);
}

}  // namespace

Server::Server(ServerOptions options)
    : options_(std::move(options)),
      builder_(std::make_unique<grpc::ServerBuilder>()),
      loop_(std::make_unique<Loop>(builder_->AddCompletionQueue())),
      board_{*loop_,
             static_cast<grpc::ServerCompletionQueue*>(loop_->queue()),
             StreamBudget(options_.max_streams),
             StreamBudget(options_.max_side_streams),
             {*loop_,
              {.most = options_.max_open_requests,
               .most_slow = options_.max_late_requests,
               .longest = options_.patience},
              "to send its request",
              [this](const std::string& peer) { gate_->CloseConnection(peer); }},
             {*loop_,
              {.most = MaxCallsPerConnection(options_),
               .most_slow = options_.max_late_answers,
               .longest = options_.patience},
              "to take its answer",
              [this](const std::string& peer) { gate_->CloseConnection(peer); }},
             options_.max_patient_calls,
             0,
             {},
             {}},
      last_calls_(board_, [this](const auto& busy) { gate_->CloseAllBut(busy); }) {
  Configure(*builder_, options_);
  builder_->RegisterAsyncGenericService(&board_.service);
}

Server::~Server() {
  Shutdown(base::Duration::zero());
}

absl::Status Server::Start(std::function<void(base::SteadyTime)> on_wake) {
  auto listener = Listen(options_.address, options_.port);
  if (!listener.ok()) return listener.status();
  port_ = BoundPort(*listener);
  const auto plaintext = grpc::InsecureServerCredentials();
  acceptor_ = AddAcceptor(*builder_, options_.credentials ? options_.credentials : plaintext);
  own_acceptor_ = AddAcceptor(*builder_, plaintext);
  server_ = builder_->BuildAndStart();
  if (server_ == nullptr) return absl::InternalError("gRPC did not start a server");
  builder_.reset();
  ConnectionGate::Limits connections = options_.connections;
  connections.tls = options_.credentials != nullptr;
  gate_ = std::make_unique<ConnectionGate>(*std::move(listener), connections,
                                           [this](int fd, bool own) { HandOver(fd, own); });
  Call::Listen(board_);
  loop_->Start(std::move(on_wake));
  gate_->Start();
  return absl::OkStatus();
}

void Server::HandOver(int fd, bool own) {
  Acceptor::NewConnectionParameters connection;
  connection.fd = fd;
  (own ? own_acceptor_ : acceptor_)->HandleNewConnection(&connection);
}

void Server::AddMethod(std::string_view service, std::string_view method, bool is_stream,
                       Answer answer, Place place) {
  const auto same_name = [method](const MethodStats& stats) { return stats.method == method; };
  const auto found = std::find_if(stats_.begin(), stats_.end(), same_name);
  MethodStats& stats = found != stats_.end() ? *found : stats_.emplace_back(method, is_stream);
  StreamBudget& budget = place == Place::kSide ? board_.side_budget : board_.budget;
  board_.methods.emplace(base::StrCat("/", service, "/", method),
                         Method{stats, budget, std::move(answer)});
}

void Server::Shutdown(base::Duration grace) {
  if (server_ == nullptr) return;
  const auto deadline = std::chrono::system_clock::now() +
                        std::chrono::duration_cast<std::chrono::microseconds>(grace);
  gate_->Stop();
  // Streams first: as long as one is open, gRPC's own shutdown waits.
  loop_->Drain();
  if (gate_->open() > 0) last_calls_.Await(grace);
  gate_->CloseAllBut({});
  server_->Shutdown(deadline);
  loop_->Close();
  server_.reset();
}

}  // namespace gpuscaler::rpc
