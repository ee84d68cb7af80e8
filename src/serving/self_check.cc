#include "serving/self_check.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "base/log.h"
#include "base/strings.h"
#include "health.grpc.pb.h"
#include "rpc/status.h"

namespace gpuscaler::serving {
namespace {

std::string Target(const std::string& address, uint16_t port) {
  if (address.empty()) return base::StrCat("127.0.0.1:", port);
  if (address.find(':') != std::string::npos) return base::StrCat("[", address, "]:", port);
  return base::StrCat(address, ":", port);
}

absl::Status AskHealth(const std::string& target) {
  grpc::ChannelArguments arguments;
  // A pool of its own: the process-wide one would hand out the last connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  const auto stub = grpc::health::v1::Health::NewStub(
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::microseconds>(SelfCheck::kDeadline));
  grpc::health::v1::HealthCheckResponse response;
  // Any answer will do: this asks whether the server answers, not what.
  return rpc::FromGrpc(stub->Check(&context, {}, &response));
}

}  // namespace

SelfCheck::SelfCheck(const std::string& address, uint16_t port, base::Duration interval)
    : target_(Target(address, port)),
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

void SelfCheck::Check() {
  const absl::Status answer = AskHealth(target_);
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
