// Who makes a call, by the connection that it came on.
#pragma once

#include <grpcpp/server_context.h>

#include <string>
#include <vector>

namespace gpuscaler::rpc {

struct Caller {
  std::string peer;  // gRPC's name of the connection: "ipv4:10.0.0.7:40122"
  // Of the client's certificate, which was verified: the DNS names and URIs that
  // it stands for, and its common name. Empty: no certificate.
  std::vector<std::string> certificate_names;
};

Caller CallerOf(const grpc::ServerContextBase& context);

}  // namespace gpuscaler::rpc
