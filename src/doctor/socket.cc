#include "doctor/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "base/strings.h"

namespace gpuscaler::doctor {
namespace {

constexpr size_t kMostBytes = 64 * 1024;

bool Await(int fd, short events, base::SteadyTime deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - base::Now()).count();
    pollfd waiting = {fd, events, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::max<int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

std::string TextOf(const sockaddr* address, socklen_t length) {
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  if (getnameinfo(address, length, host, sizeof(host), port, sizeof(port),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  return address->sa_family == AF_INET6 ? base::StrCat("[", host, "]:", port)
                                        : base::StrCat(host, ":", port);
}

absl::Status Failed(const SocketAddress& address, int error) {
  return absl::UnavailableError(base::StrCat(address.text, ": ", std::strerror(error)));
}

absl::Status Send(int fd, std::string_view text, base::SteadyTime deadline) {
  while (!text.empty()) {
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return absl::UnavailableError(std::strerror(errno));
    } else if (!AwaitWritable(fd, deadline)) {
      return absl::DeadlineExceededError("it takes no request");
    }
  }
  return absl::OkStatus();
}

// To the end of the connection.
absl::StatusOr<std::string> Receive(int fd, base::SteadyTime deadline) {
  std::string text;
  char chunk[4096];
  while (text.size() < kMostBytes) {
    const ssize_t size = recv(fd, chunk, sizeof(chunk), 0);
    if (size == 0) return text;
    if (size > 0) {
      text.append(chunk, static_cast<size_t>(size));
    } else if (errno != EAGAIN && errno != EINTR) {
      return absl::UnavailableError(std::strerror(errno));
    } else if (!AwaitReadable(fd, deadline)) {
      return absl::DeadlineExceededError("it does not answer");
    }
  }
  return text;
}

}  // namespace

bool AwaitReadable(int fd, base::SteadyTime deadline) {
  return Await(fd, POLLIN, deadline);
}

bool AwaitWritable(int fd, base::SteadyTime deadline) {
  return Await(fd, POLLOUT, deadline);
}

absl::StatusOr<std::vector<SocketAddress>> Lookup(const std::string& host, uint16_t port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(base::StrCat(host, ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, &freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
    address.length = each->ai_addrlen;
    address.text = TextOf(each->ai_addr, each->ai_addrlen);
    const bool again = std::any_of(addresses.begin(), addresses.end(), [&](const auto& earlier) {
      return earlier.text == address.text;
    });
    if (!again) addresses.push_back(std::move(address));
  }
  return addresses;
}

absl::StatusOr<base::Descriptor> Connect(const SocketAddress& address, base::SteadyTime deadline) {
  base::Descriptor connection(
      socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (connection.get() < 0) return Failed(address, errno);
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&address.storage),
              address.length) == 0) {
    return connection;
  }
  if (errno != EINPROGRESS) return Failed(address, errno);
  if (!AwaitWritable(connection.get(), deadline)) {
    return absl::DeadlineExceededError(
        base::StrCat(address.text, ": nobody answers, as where packets are dropped"));
  }
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(connection.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Failed(address, error);
  return connection;
}

absl::StatusOr<HttpAnswer> HttpGet(const SocketAddress& address, std::string_view path,
                                   base::SteadyTime deadline) {
  const auto connection = Connect(address, deadline);
  if (!connection.ok()) return connection.status();
  const std::string request = base::StrCat("GET ", path, " HTTP/1.1\r\nHost: ", address.text,
                                           "\r\nConnection: close\r\n\r\n");
  if (absl::Status sent = Send(connection->get(), request, deadline); !sent.ok()) return sent;
  const auto text = Receive(connection->get(), deadline);
  if (!text.ok()) return text.status();
  HttpAnswer answer;
  const size_t space = text->find(' ');
  if (!text->starts_with("HTTP/1.") || space == std::string::npos ||
      std::from_chars(text->data() + space + 1, text->data() + text->size(), answer.code).ec !=
          std::errc()) {
    return absl::InvalidArgumentError(base::StrCat(address.text, ": that is no HTTP"));
  }
  const size_t body = text->find("\r\n\r\n");
  if (body != std::string::npos) answer.body = text->substr(body + 4);
  return answer;
}

}  // namespace gpuscaler::doctor
