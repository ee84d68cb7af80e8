#include "cli/tls_options.h"

#include <CLI/CLI.hpp>
#include <string_view>

#include "base/log.h"
#include "base/strings.h"
#include "rpc/client_credentials.h"

namespace gpuscaler::cli {
namespace {

absl::Status Needs(std::string_view flag, std::string_view other) {
  return absl::InvalidArgumentError(base::StrCat(flag, " needs ", other));
}

absl::Status CheckPair(const rpc::CertificateFiles& files, std::string_view certificate,
                       std::string_view key) {
  if (!files.certificate.empty() && files.key.empty()) return Needs(certificate, key);
  if (!files.key.empty() && files.certificate.empty()) return Needs(key, certificate);
  return absl::OkStatus();
}

}  // namespace

void AddServerTlsFlags(CLI::App& app, rpc::CertificateFiles& files) {
  app.add_option("--tls-cert", files.certificate,
                 "The gRPC server's certificate, then its chain (PEM); read again when it changes; "
                 "without it gRPC is plaintext");
  app.add_option("--tls-key", files.key, "The certificate's key (PEM)");
  app.add_option("--tls-client-ca", files.authorities,
                 "Certificates of authorities (PEM): clients must show a certificate of one of "
                 "them; without it none is asked of them");
}

absl::StatusOr<std::unique_ptr<rpc::CertificateWatch>> WatchCertificates(
    const rpc::CertificateFiles& files) {
  const absl::Status paired = CheckPair(files, "--tls-cert", "--tls-key");
  if (!paired.ok()) return paired;
  if (files.certificate.empty()) {
    if (!files.authorities.empty()) return Needs("--tls-client-ca", "--tls-cert and --tls-key");
    return nullptr;
  }
  return rpc::CertificateWatch::Start(files);
}

void LogTrust(const rpc::CertificateWatch* certificates, uint16_t port,
              std::string_view client_ca_flag) {
  if (certificates == nullptr) {
    base::LogInfo(
        base::StrCat("serving plaintext gRPC: anybody who reaches the port is served; --tls-cert, "
                     "--tls-key and ",
                     client_ca_flag, " change that"),
        {{"port", port}});
    return;
  }
  const auto newest = certificates->newest();
  const bool mutual = !certificates->files().authorities.empty();
  base::LogInfo(mutual ? "serving gRPC over TLS to clients with a certificate"
                       : "serving gRPC over TLS to clients without a certificate",
                {{"port", port},
                 {"file", certificates->files().certificate},
                 {"subject", newest->subject},
                 {"notAfter", rpc::FormatCalendar(newest->not_after)},
                 {"clientCa", certificates->files().authorities}});
}

void AddClientTlsFlags(CLI::App& app, ClientTlsOptions& options) {
  app.add_option("--tls-ca", options.files.authorities,
                 "Certificates of the authorities that the scaler's comes from (PEM); without it "
                 "gRPC is plaintext");
  app.add_option("--client-cert", options.files.certificate,
                 "The certificate to show to a scaler that asks for one (PEM)");
  app.add_option("--client-key", options.files.key, "That certificate's key (PEM)");
  app.add_option("--tls-server-name", options.server_name,
                 "The name that the scaler's certificate must have, where it is not the host of "
                 "--address");
}

absl::Status CheckClientTls(const ClientTlsOptions& options) {
  absl::Status paired = CheckPair(options.files, "--client-cert", "--client-key");
  if (!paired.ok() || !options.files.authorities.empty()) return paired;
  if (!options.files.certificate.empty()) return Needs("--client-cert", "--tls-ca");
  if (!options.server_name.empty()) return Needs("--tls-server-name", "--tls-ca");
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(
    const ClientTlsOptions& options) {
  if (absl::Status checked = CheckClientTls(options); !checked.ok()) return checked;
  if (options.files.authorities.empty()) return grpc::InsecureChannelCredentials();
  return rpc::TlsClientCredentials(options.files);
}

}  // namespace gpuscaler::cli
