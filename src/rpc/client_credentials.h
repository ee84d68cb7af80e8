// TLS for a client.
#pragma once

#include <grpcpp/security/credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "rpc/certificate_watch.h"
#include "rpc/certificates.h"

namespace gpuscaler::rpc {

// Of the files as they are now. `authorities` must be given, whom the server's
// certificate must come from; certificate and key are shown to a server that asks. A
// client that dials an address names the server by
// ChannelArguments::SetSslTargetNameOverride. Errors as ReadAndCheck's: an expired
// certificate is one.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsClientCredentials(
    const CertificateFiles& files);
// Of the newest ones: a client that asks for each connection uses renewed ones at its
// next. Reads no file. The same errors.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsClientCredentials(
    const CertificateWatch& watch);

}  // namespace gpuscaler::rpc
