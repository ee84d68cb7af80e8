#include "workloads/kubelet_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "base/strings.h"
#include "podresources.grpc.pb.h"
#include "rpc/status.h"

namespace gpuscaler::workloads {

struct KubeletClient::Impl {
  std::unique_ptr<v1::PodResourcesLister::Stub> stub;
};

KubeletClient::KubeletClient(std::string socket)
    : socket_(std::move(socket)), impl_(std::make_unique<Impl>()) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMostBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A kubelet that restarts is back within seconds: no minutes of backing off.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  impl_->stub = v1::PodResourcesLister::NewStub(grpc::CreateCustomChannel(
      base::StrCat("unix:", socket_), grpc::InsecureChannelCredentials(), arguments));
}

KubeletClient::~KubeletClient() = default;

absl::StatusOr<std::unique_ptr<v1::ListPodResourcesResponse>> KubeletClient::List(
    base::Duration patience) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::microseconds>(patience));
  auto response = std::make_unique<v1::ListPodResourcesResponse>();
  const grpc::Status status = impl_->stub->List(&context, {}, response.get());
  if (status.ok()) return response;
  return absl::Status(rpc::FromGrpc(status).code(),
                      base::StrCat("the kubelet at ", socket_, ": ", status.error_message()));
}

}  // namespace gpuscaler::workloads
