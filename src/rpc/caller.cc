#include "rpc/caller.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <memory>

namespace gpuscaler::rpc {

Caller CallerOf(const grpc::ServerContextBase& context) {
  Caller caller;
  caller.peer = context.peer();
  const std::shared_ptr<const grpc::AuthContext> trust = context.auth_context();
  if (trust == nullptr || !trust->IsPeerAuthenticated()) return caller;
  const auto take = [&caller, &trust](const char* property) {
    for (const grpc::string_ref& name : trust->FindPropertyValues(property)) {
      caller.certificate_names.emplace_back(name.data(), name.size());
    }
  };
  take(GRPC_PEER_DNS_PROPERTY_NAME);
  take(GRPC_PEER_URI_PROPERTY_NAME);
  take(GRPC_X509_CN_PROPERTY_NAME);
  return caller;
}

}  // namespace gpuscaler::rpc
