#include "fakes/engines/fake_engine.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace gpuscaler::fakes {
namespace {

SSL_CTX* NewContext(const Identity& identity) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  const auto certificates = rpc::ParseCertificates(identity.certificate, "fake");
  const auto key = rpc::ParseKey(identity.key, "fake");
  if (SSL_CTX_use_certificate(context, certificates->front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
    std::abort();
  }
  return context;
}

}  // namespace

FakeEngine::FakeEngine(const std::string& address, uint16_t port,
                       const std::optional<Identity>& identity)
    : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  // OpenSSL writes without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  if (identity) context_.reset(NewContext(*identity));
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  socklen_t length = sizeof(at);
  auto* const generic = reinterpret_cast<sockaddr*>(&at);
  if (bind(listener_, generic, length) != 0 || listen(listener_, 512) != 0) std::abort();
  getsockname(listener_, generic, &length);
  port_ = ntohs(at.sin_port);
  Say("");
  acceptor_ = std::thread([this] { Accept(); });
}

FakeEngine::~FakeEngine() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_.empty(); });
  close(listener_);
}

void FakeEngine::Run(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void FakeEngine::Say(const std::string& body) {
  Run([response = Response(200, "", body)](Peer& peer) { peer.Send(response); });
}

std::vector<std::string> FakeEngine::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

size_t FakeEngine::connections() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

size_t FakeEngine::open() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

void FakeEngine::Disconnect() {
  const std::lock_guard lock(mutex_);
  for (const int fd : open_) shutdown(fd, SHUT_RDWR);
}

void FakeEngine::Accept() {
  while (true) {
    const int fd = accept(listener_, nullptr, nullptr);
    const std::lock_guard lock(mutex_);
    if (stopped_ || fd < 0) {
      if (fd >= 0) close(fd);
      if (stopped_) return;
      continue;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ++accepted_;
    open_.push_back(fd);
    // Detached: threads that wait to be joined keep their stacks. The destructor waits
    // for open_ to be empty.
    std::thread([this, fd] {
      {
        Peer peer(*this, fd);
        Serve(peer);
      }
      const std::lock_guard closing(mutex_);
      std::erase(open_, fd);
      close(fd);
      changed_.notify_all();
    }).detach();
  }
}

void FakeEngine::Serve(Peer& peer) {
  if (!peer.Greet()) return;
  while (!peer.closed_ && peer.ReadRequest()) {
    Script script;
    {
      const std::lock_guard lock(mutex_);
      if (requests_.size() >= 400) requests_.erase(requests_.begin(), requests_.begin() + 200);
      requests_.push_back(peer.request());
      script = script_;
    }
    script(peer);
  }
}

bool FakeEngine::Peer::Greet() {
  if (engine_.context_ == nullptr) return true;
  tls_.reset(SSL_new(engine_.context_.get()));
  SSL_set_fd(tls_.get(), fd_);
  return SSL_accept(tls_.get()) == 1;
}

long FakeEngine::Peer::Receive(char* into, size_t room) {
  if (tls_ != nullptr) return SSL_read(tls_.get(), into, static_cast<int>(room));
  return recv(fd_, into, room, 0);
}

bool FakeEngine::Peer::ReadRequest() {
  request_.clear();
  while (!request_.ends_with("\r\n\r\n")) {
    char byte = 0;
    if (Receive(&byte, 1) <= 0) return false;
    request_ += byte;
  }
  return true;
}

bool FakeEngine::Peer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const long sent = tls_ != nullptr
                          ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return !(closed_ = true);
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool FakeEngine::Peer::Pause(std::chrono::milliseconds duration) {
  std::unique_lock lock(engine_.mutex_);
  return !engine_.changed_.wait_for(lock, duration, [this] { return engine_.stopped_; });
}

void FakeEngine::Peer::AwaitClose() {
  char dropped[256];
  while (Receive(dropped, sizeof(dropped)) > 0) {
  }
  closed_ = true;
}

std::string Response(int status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " Whatever\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string Gzip(const std::string& text) {
  z_stream zlib = {};
  if (deflateInit2(&zlib, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string compressed(deflateBound(&zlib, text.size()) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(compressed.data());
  zlib.avail_out = static_cast<uInt>(compressed.size());
  if (deflate(&zlib, Z_FINISH) != Z_STREAM_END) std::abort();
  compressed.resize(zlib.total_out);
  deflateEnd(&zlib);
  return compressed;
}

}  // namespace gpuscaler::fakes
