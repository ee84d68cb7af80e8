// An inference engine's metrics port for tests: a real HTTP or HTTPS server on a
// loopback address, whose every byte a script decides. One thread a connection.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fakes/certificates/authority.h"

namespace gpuscaler::fakes {

class FakeEngine {
 public:
  // The connection on which a request came, as a script sees it.
  class Peer {
   public:
    // False: the other end has closed.
    bool Send(std::string_view bytes);
    // False: the server is going.
    bool Pause(std::chrono::milliseconds duration);
    // Until the other end closes or the server goes.
    void AwaitClose();
    // The script is the connection's last.
    void Close() { closed_ = true; }
    const std::string& request() const { return request_; }

   private:
    friend FakeEngine;
    Peer(FakeEngine& engine, int fd) : engine_(engine), fd_(fd) {}
    bool Greet();
    bool ReadRequest();
    long Receive(char* into, size_t room);

    FakeEngine& engine_;
    const int fd_;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
    std::string request_;
    bool closed_ = false;
  };
  using Script = std::function<void(Peer&)>;

  // `port` 0: the kernel's choice. With an identity: HTTPS.
  explicit FakeEngine(const std::string& address = "127.0.0.1", uint16_t port = 0,
                      const std::optional<Identity>& identity = std::nullopt);
  ~FakeEngine();
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  uint16_t port() const { return port_; }

  // Of every request from now on.
  void Run(Script script);
  // 200 with this body and its length.
  void Say(const std::string& body);
  // The newest requests' heads, two hundred at least, in the order in which they came.
  std::vector<std::string> requests() const;
  size_t connections() const;  // accepted
  size_t open() const;
  // Ends the connections that are idle or under way.
  void Disconnect();

 private:
  void Accept();
  void Serve(Peer& peer);

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  int listener_;
  uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // stopped_, open_
  bool stopped_ = false;
  Script script_;
  std::vector<std::string> requests_;
  size_t accepted_ = 0;
  std::vector<int> open_;  // one for each thread
  std::thread acceptor_;
};

// A response of this status, with the headers ("A: b\r\n") and the body's length.
std::string Response(int status, const std::string& headers, const std::string& body);
// Compressed as a server does.
std::string Gzip(const std::string& text);

}  // namespace gpuscaler::fakes
