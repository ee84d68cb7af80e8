// Certificates, keys and authorities replaced while calls go on.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "await.h"
#include "rpc/tls_server.h"

namespace gpuscaler::rpc {
namespace {

using fakes::Authority;
using fakes::Identity;
using fakes::SecretFolder;
using std::chrono::milliseconds;

// What clients use at present.
class Trust {
 public:
  std::shared_ptr<grpc::ChannelCredentials> Get() {
    const std::lock_guard lock(mutex_);
    return credentials_;
  }
  void Set(std::shared_ptr<grpc::ChannelCredentials> credentials) {
    const std::lock_guard lock(mutex_);
    credentials_ = std::move(credentials);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
};

// Calls on threads until it goes.
class Load {
 public:
  Load(TlsServer& server, Trust& trust) {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this, &server, channel = server.NewChannel(trust.Get())] {
        while (!stop_) Count(server.Check(channel), on_old_);
      });
      threads_.emplace_back([this, &server, &trust] {
        while (!stop_) Count(server.CheckAnew(trust.Get()), on_new_);
      });
    }
  }
  ~Load() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // So many more of each kind.
  void AwaitCalls(int count) {
    const int on_old = on_old_ + count;
    const int on_new = on_new_ + count;
    Await([&] { return on_old_ >= on_old && on_new_ >= on_new; });
  }
  int failed() const { return failed_; }

 private:
  void Count(const grpc::Status& status, std::atomic<int>& answered) {
    if (status.ok()) {
      ++answered;
    } else if (failed_++ == 0) {
      ADD_FAILURE() << status.error_message();
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> on_old_{0};
  std::atomic<int> on_new_{0};
  std::atomic<int> failed_{0};
  std::vector<std::thread> threads_;
};

TEST(Rotation, UnderLoadNoCallFailsAndNewConnectionsGetTheNewCertificate) {
  Authority authority("CA 0");
  const std::string first_authority = authority.pem();
  Identity server_identity = authority.Issue();
  Identity client = authority.Issue();
  const Identity first_client = client;
  SecretFolder folder(server_identity, authority.pem());
  const auto watch = *CertificateWatch::Start(folder.files(), milliseconds(5));
  TlsServer server(TlsServerCredentials(*watch));
  Trust trust;
  trust.Set(ClientOf(authority.pem(), client));
  Load load(server, trust);
  load.AwaitCalls(20);

  const auto replace = [&](const Identity& identity, const std::string& authorities) {
    folder.Replace(identity, authorities);
    Await([&] {
      const auto newest = watch->newest();
      return newest->certificate == identity.certificate && newest->authorities == authorities;
    });
  };
  for (int round = 1; round <= 5; ++round) {
    // As a CA is replaced anywhere: both are trusted before either end shows a
    // certificate of the next one.
    Authority next("CA " + std::to_string(round));
    const std::string both = authority.pem() + next.pem();
    replace(server_identity, both);
    trust.Set(ClientOf(both, client));
    load.AwaitCalls(20);

    // Neither of these is taken.
    const Identity next_identity = next.Issue();
    folder.Overwrite("tls.crt", next_identity.certificate.substr(0, 200));
    load.AwaitCalls(20);
    folder.Overwrite("tls.crt", next_identity.certificate);
    load.AwaitCalls(20);
    EXPECT_EQ(watch->newest()->certificate, server_identity.certificate);

    server_identity = next_identity;
    client = next.Issue();
    replace(server_identity, both);
    trust.Set(ClientOf(both, client));
    load.AwaitCalls(20);
    replace(server_identity, next.pem());
    // A call that is under way still has the clients' last credentials, which the
    // newest authority gave.
    trust.Set(ClientOf(next.pem(), client));
    load.AwaitCalls(20);
    authority = std::move(next);
  }
  EXPECT_EQ(load.failed(), 0);
  EXPECT_EQ(server.CheckAnew(ClientOf(first_authority, client)).error_code(),
            grpc::StatusCode::UNAVAILABLE)
      << "the first certificate is still in use";
  EXPECT_EQ(server.CheckAnew(ClientOf(authority.pem(), first_client)).error_code(),
            grpc::StatusCode::UNAVAILABLE)
      << "the first authority is still trusted";
}

}  // namespace
}  // namespace gpuscaler::rpc
