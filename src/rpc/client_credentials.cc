#include "rpc/client_credentials.h"

#include <utility>

namespace gpuscaler::rpc {

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsClientCredentials(
    const CertificateFiles& files) {
  if (files.authorities.empty()) {
    return absl::InvalidArgumentError("a TLS client needs the CA file of its server");
  }
  auto read = ReadAndCheck(files);
  if (!read.ok()) return read.status();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = std::move(read->authorities);
  options.pem_private_key = std::move(read->key);
  options.pem_cert_chain = std::move(read->certificate);
  return grpc::SslCredentials(options);
}

}  // namespace gpuscaler::rpc
