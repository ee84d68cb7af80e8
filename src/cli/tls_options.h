// The flags of TLS.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rpc/certificate_watch.h"

namespace CLI {
class App;
}  // namespace CLI
namespace grpc {
class ChannelCredentials;
}  // namespace grpc

namespace gpuscaler::cli {

// Of a server: --tls-cert, --tls-key, --tls-client-ca.
void AddServerTlsFlags(CLI::App& app, rpc::CertificateFiles& files);

// nullptr: no flag is given, plaintext. INVALID_ARGUMENT: flags that need each
// other, or files that are not valid.
absl::StatusOr<std::unique_ptr<rpc::CertificateWatch>> WatchCertificates(
    const rpc::CertificateFiles& files);

// How the server on `port` can be reached, for the log. `certificates`: nullptr for
// plaintext. `client_ca_flag`: which asks its clients for certificates.
void LogTrust(const rpc::CertificateWatch* certificates, uint16_t port,
              std::string_view client_ca_flag);

struct ClientTlsOptions {
  rpc::CertificateFiles files;
  std::string server_name;
};

// Of a client: --tls-ca, --client-cert, --client-key, --tls-server-name.
void AddClientTlsFlags(CLI::App& app, ClientTlsOptions& options);

// INVALID_ARGUMENT: flags that need each other.
absl::Status CheckClientTls(const ClientTlsOptions& options);

// Without a flag plaintext. INVALID_ARGUMENT: flags that need each other, or files
// that are not valid.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(
    const ClientTlsOptions& options);

}  // namespace gpuscaler::cli
