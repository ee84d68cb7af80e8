// Opens a listening TCP socket. Internal to this folder.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"

namespace gpuscaler::web {

// As HttpListen says.
absl::StatusOr<boost::asio::ip::tcp::acceptor> Listen(boost::asio::io_context& io,
                                                      const std::string& address, uint16_t port);

}  // namespace gpuscaler::web
