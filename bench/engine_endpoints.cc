// engine_endpoints PORT: inference engines at every address of 127.0.0.0/8, which all
// say the same. One thread. Says "ready" and serves until its input ends.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/strings.h"
#include "bench/vllm_exposition.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Until the client closes, which is an exception: co_spawn's handler drops it.
asio::awaitable<void> Serve(tcp::socket socket, const std::string& response) {
  std::string request;
  while (true) {
    const size_t size = co_await asio::async_read_until(socket, asio::dynamic_buffer(request),
                                                        "\r\n\r\n", asio::use_awaitable);
    request.erase(0, size);
    co_await asio::async_write(socket, asio::buffer(response), asio::use_awaitable);
  }
}

asio::awaitable<void> Accept(tcp::acceptor& acceptor, const std::string& response) {
  while (true) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), Serve(std::move(socket), response), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: engine_endpoints PORT\n");
    return 2;
  }
  const std::string body = gpuscaler::bench::VllmExposition();
  const std::string response = gpuscaler::base::StrCat(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: ", body.size(),
      "\r\n\r\n", body);
  asio::io_context io;
  tcp::acceptor acceptor(io, {tcp::v4(), static_cast<uint16_t>(std::atoi(argv[1]))});
  asio::co_spawn(io, Accept(acceptor, response), asio::detached);
  asio::posix::stream_descriptor input(io, 0);
  char ignored[1];
  input.async_read_some(asio::buffer(ignored), [&io](auto, size_t) { io.stop(); });
  std::puts("ready");
  std::fflush(stdout);
  io.run();
}
