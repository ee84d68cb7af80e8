#include "rpc/server_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace gpuscaler::rpc {
namespace {

// Of one port: each port asks for what is new to it.
class Fetcher {
 public:
  Fetcher(const CertificateWatch& certificates, base::Duration session_life)
      : certificates_(certificates), session_life_(session_life) {}

  grpc_ssl_certificate_config_reload_status Fetch(grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const Certificates> newest = certificates_.newest();
    const base::SteadyTime now = base::Now();
    base::MutexLock lock(mutex_);
    // Of a session that is resumed OpenSSL does not verify the client again, and
    // gives a ticket for two more hours. What is fetched anew, though it be the
    // same, gets new keys for tickets: none from before is good any more.
    if (newest == fetched_ && now - fetched_at_ < session_life_) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    const grpc_ssl_pem_key_cert_pair pair = {newest->key.c_str(), newest->certificate.c_str()};
    // gRPC's core asserts that there are authorities even where no client is asked
    // for a certificate, and then looks at none: any certificate will do.
    const std::string& authorities =
        newest->authorities.empty() ? newest->certificate : newest->authorities;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    fetched_ = std::move(newest);
    fetched_at_ = now;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

 private:
  const CertificateWatch& certificates_;
  const base::Duration session_life_;
  base::Mutex mutex_;
  std::shared_ptr<const Certificates> fetched_ ABSL_GUARDED_BY(mutex_);
  base::SteadyTime fetched_at_ ABSL_GUARDED_BY(mutex_);
};

grpc_ssl_certificate_config_reload_status Fetch(void* fetcher,
                                                grpc_ssl_server_certificate_config** config) {
  return static_cast<Fetcher*>(fetcher)->Fetch(config);
}

// gRPC's C++ has no credentials of this kind, its core has.
class ReloadedCredentials final : public grpc::ServerCredentials {
 public:
  ReloadedCredentials(const CertificateWatch& certificates, base::Duration session_life)
      : certificates_(certificates), session_life_(session_life) {}

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    const auto from_clients = certificates_.files().authorities.empty()
                                  ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                  : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    Fetcher& fetcher = fetchers_.emplace_back(certificates_, session_life_);
    grpc_server_credentials* credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(from_clients, Fetch,
                                                                        &fetcher));
    const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return port;
  }

  const CertificateWatch& certificates_;
  const base::Duration session_life_;
  std::deque<Fetcher> fetchers_;  // a deque: gRPC holds pointers
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsServerCredentials(const CertificateWatch& certificates,
                                                              base::Duration session_life) {
  return std::make_shared<ReloadedCredentials>(certificates, session_life);
}

}  // namespace gpuscaler::rpc
