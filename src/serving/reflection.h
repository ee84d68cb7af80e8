// gRPC server reflection, for grpcurl and its like: the same answers in the
// protocol's two packages.
#pragma once

#include <string>
#include <vector>

#include "reflection.pb.h"
#include "reflection_v1alpha.pb.h"

namespace gpuscaler::rpc {
class Server;
}  // namespace gpuscaler::rpc

namespace gpuscaler::serving {

// `services`: the full names that list_services answers.
grpc::reflection::v1::ServerReflectionResponse Reflect(
    const grpc::reflection::v1::ServerReflectionRequest& request,
    const std::vector<std::string>& services);
grpc::reflection::v1alpha::ServerReflectionResponse Reflect(
    const grpc::reflection::v1alpha::ServerReflectionRequest& request,
    const std::vector<std::string>& services);

// Both as methods of `server`, which has not started. It must end before `services`.
void AddReflection(rpc::Server& server, const std::vector<std::string>& services);

}  // namespace gpuscaler::serving
