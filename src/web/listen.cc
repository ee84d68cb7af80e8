#include "web/listen.h"

#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "base/strings.h"
#include "boost/asio/ip/v6_only.hpp"

namespace gpuscaler::web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

error_code Open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

}  // namespace

absl::StatusOr<tcp::acceptor> Listen(asio::io_context& io, const std::string& address,
                                     uint16_t port) {
  error_code error;
  const asio::ip::address parsed = address.empty() ? asio::ip::address(asio::ip::address_v6::any())
                                                   : asio::ip::make_address(address, error);
  if (error) {
    return absl::InvalidArgumentError(base::StrCat(
        "\"", address, "\" is no IP address to listen on; write it like 127.0.0.1 or ::1"));
  }
  tcp::endpoint endpoint(parsed, port);
  tcp::acceptor acceptor(io);
  error = Open(acceptor, endpoint);
  if (address.empty() &&
      (error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL)) {
    endpoint.address(asio::ip::address_v4::any());
    acceptor = tcp::acceptor(io);
    error = Open(acceptor, endpoint);
  }
  if (error) {
    std::ostringstream where;
    where << endpoint;
    return absl::ErrnoToStatus(error.value(), base::StrCat("cannot listen on ", where.str()));
  }
  return acceptor;
}

}  // namespace gpuscaler::web
