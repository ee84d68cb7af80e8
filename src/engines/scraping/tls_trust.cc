#include "engines/scraping/tls_trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

namespace ssl = boost::asio::ssl;

}  // namespace

TlsTrust::TlsTrust(const std::string& authorities_file) {
  if (!authorities_file.empty()) file_.emplace(authorities_file);
}

absl::StatusOr<TlsContext> TlsTrust::Context(base::SteadyTime now) {
  if (!file_) {
    if (!context_.ok()) context_ = Make(nullptr);
    return context_;
  }
  const absl::StatusOr<std::string>& text = file_->Text(now);
  if (!text.ok()) {
    return absl::Status(text.status().code(),
                        base::StrCat("the authorities of engines: ", base::Message(text.status())));
  }
  if (std::exchange(version_, file_->version()) != file_->version()) context_ = Make(&*text);
  return context_;
}

absl::StatusOr<TlsContext> TlsTrust::Make(const std::string* authorities) const {
  boost::system::error_code error;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  // Nothing is resumed: no sessions are kept. Idle connections hold no buffers.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  context->set_verify_mode(ssl::verify_peer, error);
  if (authorities == nullptr) {
    context->set_default_verify_paths(error);
  } else {
    context->add_certificate_authority(boost::asio::buffer(*authorities), error);
  }
  if (!error) return context;
  return absl::FailedPreconditionError(
      base::StrCat("the authorities of engines cannot be used: ",
                   file_ ? file_->path() : std::string("the system's"), ": ", error.message()));
}

absl::Status ExpectHost(TlsStream& stream, const Endpoint& endpoint) {
  SSL* const native = stream.native_handle();
  const std::string host(endpoint.HostWithoutDot());
  X509_VERIFY_PARAM* const expected = SSL_get0_param(native);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // What SSL_set_tlsext_host_name is, with casts of our own.
  const auto set_server_name = [&] {
    std::string name = host;
    return SSL_ctrl(native, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) ==
           1;
  };
  const bool set = endpoint.literal
                       ? X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1
                       : X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size()) == 1 &&
                             set_server_name();
  ERR_clear_error();
  if (set) return absl::OkStatus();
  return absl::InternalError(base::StrCat("OpenSSL does not take the name ", host));
}

std::string HandshakeError(TlsStream& stream, const boost::system::error_code& error) {
  const long verdict = SSL_get_verify_result(stream.native_handle());
  if (verdict == X509_V_OK) return base::StrCat("the TLS handshake failed: ", error.message());
  return base::StrCat("its certificate is not trusted: ", X509_verify_cert_error_string(verdict));
}

}  // namespace gpuscaler::engines
