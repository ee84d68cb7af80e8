#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

#include <chrono>

#include "base/strings.h"
#include "cli/explainer.h"
#include "decision.grpc.pb.h"
#include "rpc/client_channel.h"
#include "rpc/status.h"

namespace gpuscaler::cli {
namespace {

constexpr std::chrono::seconds kPatience(2);

class Remote final : public Explainer {
 public:
  Remote(std::string address, const std::shared_ptr<grpc::Channel>& channel)
      : address_(std::move(address)), stub_(decision::v1::Explainer::NewStub(channel)) {}

  absl::StatusOr<decision::v1::Decision> Explain(
      const decision::v1::ExplainRequest& request) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    decision::v1::Decision decision;
    const grpc::Status status = stub_->Explain(&context, request, &decision);
    if (status.ok()) return decision;
    if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
      return absl::FailedPreconditionError(
          base::StrCat("the server at ", address_,
                       " cannot explain: it is a scaler older than this program, or another one; "
                       "`watch` shows what it answers"));
    }
    const absl::Status failed = rpc::FromGrpc(status);
    return absl::Status(failed.code(), base::StrCat(address_, ": ", base::Message(failed)));
  }

 private:
  const std::string address_;
  const std::unique_ptr<decision::v1::Explainer::Stub> stub_;
};

}  // namespace

std::unique_ptr<Explainer> RemoteExplainer(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& server_name) {
  return std::make_unique<Remote>(address, rpc::ClientChannel(address, credentials, server_name));
}

}  // namespace gpuscaler::cli
