// The channel of a client that a person starts.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

namespace gpuscaler::rpc {

// Dials `address` itself, whatever http_proxy says: a proxy would look for its own loopback, and
// for names that only the cluster knows. `server_name`: whose certificate the server must have;
// empty: that of `address`.
std::shared_ptr<grpc::Channel> ClientChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& server_name);

}  // namespace gpuscaler::rpc
