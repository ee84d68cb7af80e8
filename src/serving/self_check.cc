#include "serving/self_check.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel_posix.h>

#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "health.grpc.pb.h"
#include "rpc/own_connection.h"
#include "rpc/status.h"

namespace gpuscaler::serving {
namespace {

std::string Target(const std::string& address, uint16_t port) {
  if (address.empty()) return base::StrCat("127.0.0.1:", port);
  if (address.find(':') != std::string::npos) return base::StrCat("[", address, "]:", port);
  return base::StrCat(address, ":", port);
}

// Over `connection`, which it owns.
absl::Status AskHealth(int connection, const std::string& target,
                       std::chrono::system_clock::time_point deadline) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  const auto stub = grpc::health::v1::Health::NewStub(
      grpc::CreateCustomInsecureChannelFromFd(target, connection, arguments));
  grpc::ClientContext context;
  context.set_deadline(deadline);
  grpc::health::v1::HealthCheckResponse response;
  // Any answer will do: this asks whether the server answers, not what.
  return rpc::FromGrpc(stub->Check(&context, {}, &response));
}

// Tells the gate of a connection to come, for as long as it lives.
class Announcement {
 public:
  Announcement(rpc::ConnectionGate* gate, std::string peer) : gate_(gate), peer_(std::move(peer)) {
    if (gate_ != nullptr) gate_->Expect(peer_);
  }
  ~Announcement() {
    if (gate_ != nullptr) gate_->Unexpect(peer_);
  }
  Announcement(const Announcement&) = delete;
  Announcement& operator=(const Announcement&) = delete;

 private:
  rpc::ConnectionGate* const gate_;  // not owned
  const std::string peer_;
};

}  // namespace

SelfCheck::SelfCheck(const std::string& address, uint16_t port, base::Duration interval,
                     rpc::ConnectionGate* gate)
    : address_(address),
      port_(port),
      target_(Target(address, port)),
      gate_(gate),
      thread_("self-check", interval, [this](base::SteadyTime) { Check(); }) {}

absl::Status SelfCheck::status(base::SteadyTime now) const {
  if (const auto busy = thread_.BusySince(); busy && now - *busy > kFailures * kDeadline) {
    return absl::UnavailableError(base::StrCat("a call to the own port ", target_,
                                               " has not come back for ",
                                               base::FormatSeconds(now - *busy)));
  }
  base::MutexLock lock(mutex_);
  if (failures_ < kFailures) return absl::OkStatus();
  return absl::UnavailableError(base::StrCat(failures_, " calls in a row to the own port ", target_,
                                             " failed: ", base::Message(newest_)));
}

void SelfCheck::Stop() {
  (void)thread_.StopWithin(kDeadline + std::chrono::seconds(1));
}

absl::Status SelfCheck::Call() const {
  const auto deadline = std::chrono::system_clock::now() +
                        std::chrono::duration_cast<std::chrono::microseconds>(kDeadline);
  auto own = rpc::OwnConnection::Bind(address_, port_);
  if (!own.ok()) return own.status();
  const Announcement announcement(gate_, own->name());
  auto connection = (*std::move(own)).Connect(kDeadline);
  if (!connection.ok()) return connection.status();
  return AskHealth(connection->Release(), target_, deadline);
}

void SelfCheck::Check() {
  const absl::Status answer = Call();
  base::MutexLock lock(mutex_);
  newest_ = answer;
  if (answer.ok()) {
    failures_ = 0;
  } else if (++failures_ == kFailures) {
    base::LogError("the server does not answer its own calls",
                   {{"target", target_}, {"error", base::Message(answer)}});
  }
}

}  // namespace gpuscaler::serving
