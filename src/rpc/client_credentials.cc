#include "rpc/client_credentials.h"

#include <utility>

namespace gpuscaler::rpc {
namespace {

absl::Status NeedsAuthorities() {
  return absl::InvalidArgumentError("a TLS client needs the CA file of its server");
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(Certificates certificates) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = std::move(certificates.authorities);
  options.pem_private_key = std::move(certificates.key);
  options.pem_cert_chain = std::move(certificates.certificate);
  return grpc::SslCredentials(options);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsClientCredentials(
    const CertificateFiles& files) {
  if (files.authorities.empty()) return NeedsAuthorities();
  auto read = ReadAndCheck(files);
  if (!read.ok()) return read.status();
  return CredentialsOf(*std::move(read));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsClientCredentials(
    const CertificateWatch& watch) {
  if (watch.files().authorities.empty()) return NeedsAuthorities();
  const auto newest = watch.NewestOrWhy();
  if (!newest.ok()) return newest.status();
  Certificates certificates = **newest;
  // Their time may have gone by since they were read.
  if (absl::Status timely = Check(watch.files(), certificates, CalendarNow()); !timely.ok()) {
    return timely;
  }
  return CredentialsOf(std::move(certificates));
}

}  // namespace gpuscaler::rpc
