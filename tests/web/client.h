// A blocking TCP client that speaks HTTP byte by byte, for tests of a server.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace gpuscaler::web {

// Polls until `condition` holds; false when it does not within 10 s.
inline bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

class Client {
 public:
  // A socket that is not connected yet. Reading gives up after 10 s.
  explicit Client(int family = AF_INET) : family_(family), fd_(socket(family, SOCK_STREAM, 0)) {
    const timeval limit{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  static Client To(uint16_t port) {
    Client client;
    client.Connect(port);
    return client;
  }
  Client(Client&& other) noexcept : family_(other.family_), fd_(other.fd_) { other.fd_ = -1; }

  // To the loopback address.
  bool Connect(uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    const bool six = family_ == AF_INET6;
    const void* address = six ? static_cast<const void*>(&v6) : &v4;
    return connect(fd_, static_cast<const sockaddr*>(address),
                   six ? sizeof v6 : static_cast<socklen_t>(sizeof v4)) == 0;
  }

  // Without this the kernel lets it grow to whatever a large response needs.
  void LimitReceiveBuffer() {
    const int bytes = 64 * 1024;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }

  bool Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  void HalfClose() { shutdown(fd_, SHUT_WR); }

  // One response: its head, and a body of Content-Length bytes unless it
  // answers HEAD. What was read when the connection ended before that.
  std::string ReadResponse(bool to_head = false) {
    while (unread_.find("\r\n\r\n") == std::string::npos) {
      if (!ReadMore()) return std::exchange(unread_, {});
    }
    size_t size = unread_.find("\r\n\r\n") + 4;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const size_t length = unread_.find(kLength);
    if (!to_head && length < size) {
      size += std::strtoul(unread_.c_str() + length + kLength.size(), nullptr, 10);
    }
    while (unread_.size() < size && ReadMore()) {
    }
    std::string response = unread_.substr(0, size);
    unread_.erase(0, size);
    return response;
  }

  // Everything until the server closes; `kept` is appended when it has not
  // within 10 s.
  std::string ReadToEnd(std::string_view kept = "(still open)") {
    while (ReadMore()) {
    }
    if (!ended_) unread_ += kept;
    return std::exchange(unread_, {});
  }

  std::string Ask(std::string_view request) {
    Send(request);
    return ReadResponse();
  }

  bool HasUnread() {
    char c = 0;
    return recv(fd_, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  // True once the server has closed or reset the connection and nothing is left
  // to read; does not wait.
  bool IsClosed() {
    char c = 0;
    const ssize_t count = recv(fd_, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN);
  }

 private:
  bool ReadMore() {
    char buffer[4096];
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count > 0) {
      unread_.append(buffer, static_cast<size_t>(count));
      return true;
    }
    ended_ = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    return false;
  }

  int family_;
  int fd_;
  std::string unread_;
  bool ended_ = false;
};

}  // namespace gpuscaler::web
