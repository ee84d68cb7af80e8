#include "doctor/tls_handshake.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/strings.h"
#include "doctor/socket.h"

namespace gpuscaler::doctor {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

constexpr unsigned char kAlpn[] = {2, 'h', '2'};  // gRPC's servers want it

absl::Status Trust(SSL_CTX& context, const rpc::Certificates& read,
                   const rpc::CertificateFiles& files) {
  const auto authorities = rpc::ParseCertificates(read.authorities, files.authorities);
  if (!authorities.ok()) return authorities.status();
  for (const rpc::CertificatePointer& authority : *authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), authority.get());
  }
  if (read.certificate.empty()) return absl::OkStatus();
  const auto chain = rpc::ParseCertificates(read.certificate, files.certificate);
  if (!chain.ok()) return chain.status();
  const auto key = rpc::ParseKey(read.key, files.key);
  if (!key.ok()) return key.status();
  if (SSL_CTX_use_certificate(&context, chain->front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(&context, key->get()) != 1) {
    return absl::InvalidArgumentError(
        base::StrCat(files.certificate, " cannot be used: ", rpc::OpenSslError()));
  }
  for (size_t i = 1; i < chain->size(); ++i) {
    SSL_CTX_add1_chain_cert(&context, (*chain)[i].get());
  }
  return absl::OkStatus();
}

// Runs `step` until it is done; what OpenSSL says otherwise.
template <class Step>
absl::Status Finish(SSL& session, int connection, base::SteadyTime deadline, const Step& step) {
  for (;;) {
    ERR_clear_error();
    const int done = step();
    if (done > 0) return absl::OkStatus();
    switch (SSL_get_error(&session, done)) {
      case SSL_ERROR_WANT_READ:
        if (!AwaitReadable(connection, deadline)) {
          return absl::DeadlineExceededError("the server does not answer: it may not speak TLS");
        }
        break;
      case SSL_ERROR_WANT_WRITE:
        if (!AwaitWritable(connection, deadline)) {
          return absl::DeadlineExceededError("the server takes nothing");
        }
        break;
      default: {
        const long verified = SSL_get_verify_result(&session);
        if (verified != X509_V_OK) {
          ERR_clear_error();
          return absl::UnauthenticatedError(
              base::StrCat("the server's certificate: ", X509_verify_cert_error_string(verified)));
        }
        const std::string error = rpc::OpenSslError();
        return absl::UnavailableError(
            error.empty() ? "the server closed the connection: it may not speak TLS, or want a "
                            "certificate"
                          : base::StrCat("TLS: ", error));
      }
    }
  }
}

}  // namespace

absl::Status TlsHandshake(int connection, const rpc::CertificateFiles& files,
                          const std::string& name, base::SteadyTime deadline) {
  const auto read = rpc::ReadAndCheck(files);
  if (!read.ok()) return read.status();
  const Context context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (absl::Status trust = Trust(*context, *read, files); !trust.ok()) return trust;
  const Session session(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(session.get(), connection);
  SSL_set_alpn_protos(session.get(), kAlpn, sizeof(kAlpn));
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(session.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) != 1) {
    ERR_clear_error();
    SSL_set1_host(session.get(), name.c_str());
    // SSL_set_tlsext_host_name, which is a macro with an old cast.
    SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name.c_str()));
  }
  absl::Status shaken =
      Finish(*session, connection, deadline, [&session] { return SSL_connect(session.get()); });
  if (!shaken.ok()) return shaken;
  // By TLS 1.3 the server judges our certificate after that; HTTP/2's servers speak first.
  char first = 0;
  return Finish(*session, connection, deadline,
                [&] { return SSL_read(session.get(), &first, sizeof(first)); });
}

}  // namespace gpuscaler::doctor
