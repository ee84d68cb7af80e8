#include "rpc/client_channel.h"

#include <grpcpp/create_channel.h>

namespace gpuscaler::rpc {

std::shared_ptr<grpc::Channel> ClientChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& server_name) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!server_name.empty()) arguments.SetSslTargetNameOverride(server_name);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace gpuscaler::rpc
