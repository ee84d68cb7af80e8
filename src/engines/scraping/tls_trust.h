// Whom the scraper trusts: the settings of its TLS connections. The engines'
// thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/ssl/context.hpp"
#include "boost/asio/ssl/stream.hpp"
#include "engines/endpoint/endpoint.h"
#include "engines/scraping/watched_file.h"

namespace gpuscaler::engines {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

class TlsTrust {
 public:
  // `authorities_file`: PEM, in place of the system's authorities; read again when it
  // changes. Empty: the system's.
  explicit TlsTrust(const std::string& authorities_file);

  // TLS 1.2 or 1.3, the other end's certificate verified. FAILED_PRECONDITION naming
  // the file: it cannot be read or holds no certificate.
  absl::StatusOr<TlsContext> Context(base::SteadyTime now);

 private:
  absl::StatusOr<TlsContext> Make(const std::string* authorities) const;

  std::optional<WatchedFile> file_;
  uint64_t version_ = 0;  // of the file, of which context_ was made
  absl::StatusOr<TlsContext> context_ = absl::UnknownError("not made yet");
};

// The certificate must be for the endpoint's host, by name or by address. Before the
// handshake.
absl::Status ExpectHost(TlsStream& stream, const Endpoint& endpoint);

// Why the handshake failed, in words: the verdict on the certificate if there is one.
std::string HandshakeError(TlsStream& stream, const boost::system::error_code& error);

}  // namespace gpuscaler::engines
