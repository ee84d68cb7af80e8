// What a client shows to a server.
#pragma once

#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "fakes/certificates/authority.h"

namespace gpuscaler::fakes {

// Trusts `authorities`; without an identity it shows no certificate.
inline std::shared_ptr<grpc::ChannelCredentials> ClientOf(const std::string& authorities,
                                                          const Identity& identity = {}) {
  return grpc::SslCredentials({authorities, identity.key, identity.certificate});
}

}  // namespace gpuscaler::fakes
