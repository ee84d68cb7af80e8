// TLS over TCP: who is served and who is not, and what others notice of it.
#include <gmock/gmock.h>
#include <grpc/grpc_security.h>
#include <grpcpp/create_channel_posix.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "await.h"
#include "rpc/client_credentials.h"
#include "rpc/library_log.h"
#include "rpc/own_connection.h"
#include "rpc/socket.h"
#include "rpc/tls_server.h"

namespace gpuscaler::rpc {
namespace {

using fakes::Authority;
using fakes::Identity;
using fakes::SecretFolder;
using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class TlsTest : public testing::Test {
 protected:
  void Start(bool asks_for_certificates) {
    CertificateFiles files = folder_.files();
    if (!asks_for_certificates) files.authorities.clear();
    watch_ = *CertificateWatch::Start(files);
    server_.emplace(TlsServerCredentials(*watch_));
  }
  grpc::StatusCode Call(const Identity& identity) {
    return server_->CheckAnew(ClientOf(authority_.pem(), identity)).error_code();
  }

  const Authority authority_{"test CA"};
  const Identity honest_ = authority_.Issue({.common_name = "keda"});
  SecretFolder folder_{authority_.Issue(), authority_.pem()};
  std::unique_ptr<CertificateWatch> watch_;
  std::optional<TlsServer> server_;
};

TEST_F(TlsTest, ServesWhoShowsACertificateOfTheAuthorityAndNobodyElse) {
  Start(true);
  const auto open = server_->NewChannel(ClientOf(authority_.pem(), honest_));
  EXPECT_TRUE(TlsServer::Check(open).ok());
  const Authority another("another CA");
  const Authority namesake("test CA");
  for (const Identity& bad :
       {Identity{}, another.Issue(), namesake.Issue(), authority_.Issue({.ends = -seconds(1)}),
        authority_.Issue({.begins = hours(1), .ends = hours(2)})}) {
    EXPECT_EQ(Call(bad), grpc::StatusCode::UNAVAILABLE);
    EXPECT_TRUE(TlsServer::Check(open).ok());
  }
  EXPECT_EQ(Call(honest_), grpc::StatusCode::OK);
  EXPECT_EQ(server_->server().stats()[0].requests.load(), 7u) << "the others' calls never came in";
}

TEST_F(TlsTest, HandshakesThatFailAreCounted) {
  LogForLibraries();
  Start(true);
  EXPECT_EQ(Call(honest_), grpc::StatusCode::OK);
  const uint64_t before = FailedHandshakes();
  EXPECT_EQ(Call({}), grpc::StatusCode::UNAVAILABLE);
  EXPECT_GT(FailedHandshakes(), before);
  EXPECT_EQ(Call(honest_), grpc::StatusCode::OK);
}

TEST_F(TlsTest, AClientTrustsNoServerOfAnotherAuthorityOrName) {
  Start(true);
  const Authority another("another CA");
  EXPECT_EQ(server_->CheckAnew(ClientOf(another.pem(), honest_)).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  folder_.Replace(authority_.Issue({.names = "DNS:elsewhere"}), authority_.pem());
  server_.reset();
  Start(true);
  EXPECT_EQ(Call(honest_), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, WithoutClientAuthorityNoCertificateIsAskedFor) {
  Start(false);
  EXPECT_EQ(Call({}), grpc::StatusCode::OK);
  EXPECT_EQ(Call(honest_), grpc::StatusCode::OK);
  EXPECT_THAT(server_->Meet(ClientOf(authority_.pem(), honest_)).certificate_names, IsEmpty());
}

TEST_F(TlsTest, TheNamesOfTheCallersCertificateAreKnown) {
  Start(true);
  const auto names = [this](const std::string& issued) {
    return server_
        ->Meet(ClientOf(authority_.pem(), authority_.Issue({.common_name = "cn", .names = issued})))
        .certificate_names;
  };
  EXPECT_THAT(names("DNS:node-a,DNS:node-a.gpu.svc,URI:spiffe://example/node-a"),
              ElementsAre("node-a", "node-a.gpu.svc", "spiffe://example/node-a", "cn"));
  EXPECT_THAT(names(""), ElementsAre("cn"));
  EXPECT_THAT(names("IP:10.0.0.7"), ElementsAre("cn"));
  TlsServer plaintext(nullptr);
  const Caller caller = plaintext.Meet(grpc::InsecureChannelCredentials());
  EXPECT_THAT(caller.certificate_names, IsEmpty());
  EXPECT_THAT(caller.peer, testing::StartsWith("ipv4:127.0.0.1:"));
}

TEST_F(TlsTest, PlaintextAtATlsPortAndTlsAtAPlaintextPortFailAtOnce) {
  Start(true);
  const base::SteadyTime started = base::Now();
  EXPECT_EQ(server_->CheckAnew(grpc::InsecureChannelCredentials()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  const base::Descriptor garbage = Connect(server_->port());
  ASSERT_GT(send(garbage.get(), "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), 0);
  EXPECT_TRUE(IsClosedByPeer(garbage));
  TlsServer plaintext(nullptr);
  EXPECT_EQ(plaintext.CheckAnew(ClientOf(authority_.pem(), honest_)).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_LT(base::Now() - started, seconds(8));
  EXPECT_EQ(Call(honest_), grpc::StatusCode::OK);
}

TEST_F(TlsTest, HandshakesThatDoNotGoOnHoldUpNobody) {
  Start(true);
  std::vector<base::Descriptor> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(Connect(server_->port()));
    // A record header that announces 512 bytes, and the first of them.
    const char hello[] = {0x16, 3, 1, 2, 0, 1, 0};
    const size_t sent = i % 2 == 0 ? sizeof(hello) : 0;
    ASSERT_EQ(send(slow.back().get(), hello, sent, MSG_NOSIGNAL), static_cast<ssize_t>(sent));
  }
  Await([this] { return server_->server().gate().open() == 200; });
  for (int i = 0; i < 20; ++i) {
    const base::SteadyTime started = base::Now();
    EXPECT_EQ(Call(honest_), grpc::StatusCode::OK);
    EXPECT_LT(base::Now() - started, seconds(5)) << "the handshake's limit is 10 s";
  }
}

// A session that is resumed shows no certificate: it must not outlive one for long.
TEST_F(TlsTest, AnExpiredClientCannotResumeItsSessionForLong) {
  Start(true);
  const seconds life(3);
  const auto credentials = ClientOf(authority_.pem(), authority_.Issue({.ends = life}));
  TlsServer lenient(TlsServerCredentials(*watch_, hours(1)));
  TlsServer strict(TlsServerCredentials(*watch_, base::Duration::zero()));
  const auto call = [&credentials](TlsServer& server, grpc_ssl_session_cache* sessions) {
    grpc::ChannelArguments arguments;
    const grpc_arg cache = grpc_ssl_session_cache_create_channel_arg(sessions);
    arguments.SetPointerWithVtable(cache.key, cache.value.pointer.p, cache.value.pointer.vtable);
    return TlsServer::Check(server.NewChannel(credentials, arguments)).ok();
  };
  grpc_ssl_session_cache* at_lenient = grpc_ssl_session_cache_create_lru(4);
  grpc_ssl_session_cache* at_strict = grpc_ssl_session_cache_create_lru(4);
  EXPECT_TRUE(call(lenient, at_lenient));
  EXPECT_TRUE(call(strict, at_strict));
  std::this_thread::sleep_for(life + std::chrono::milliseconds(1100));
  EXPECT_TRUE(call(lenient, at_lenient)) << "resumed: else this test shows nothing";
  EXPECT_FALSE(call(strict, at_strict));
  grpc_ssl_session_cache_destroy(at_lenient);
  grpc_ssl_session_cache_destroy(at_strict);
}

TEST_F(TlsTest, TheProcessItselfComesInWithoutTlsAndOnlyIt) {
  Start(true);
  for (const bool expected : {true, false}) {
    auto own = OwnConnection::Bind("127.0.0.1", server_->port());
    ASSERT_TRUE(own.ok());
    if (expected) server_->server().gate().Expect(own->name());
    auto connected = (*std::move(own)).Connect(seconds(10));
    ASSERT_TRUE(connected.ok());
    const auto channel = grpc::CreateInsecureChannelFromFd("self", connected->Release());
    EXPECT_EQ(TlsServer::Check(channel).ok(), expected);
  }
}

TEST_F(TlsTest, ClientCredentialsComeFromTheFilesOfTheMoment) {
  Start(true);
  SecretFolder client(honest_, authority_.pem());
  auto credentials = TlsClientCredentials(client.files());
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_TRUE(server_->CheckAnew(*credentials).ok());
  client.Replace(Authority("another CA").Issue(), authority_.pem());
  credentials = TlsClientCredentials(client.files());
  ASSERT_TRUE(credentials.ok());
  EXPECT_FALSE(server_->CheckAnew(*credentials).ok());
  client.Replace(authority_.Issue({.ends = -seconds(1)}), authority_.pem());
  EXPECT_THAT(std::string(TlsClientCredentials(client.files()).status().message()),
              testing::HasSubstr(client.File("tls.crt") + " expired on "));
  EXPECT_FALSE(TlsClientCredentials({client.File("tls.crt"), client.File("tls.key"), ""}).ok());
}

TEST_F(TlsTest, ClientCredentialsOfAWatchAreTheNewestThatAreValid) {
  Start(true);
  SecretFolder client(Authority("another CA").Issue(), authority_.pem());
  const auto watch = CertificateWatch::StartAnyway(client.files(), std::chrono::milliseconds(5));
  auto credentials = TlsClientCredentials(*watch);
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_FALSE(server_->CheckAnew(*credentials).ok());
  client.Replace(honest_, authority_.pem());
  Await([&] {
    credentials = TlsClientCredentials(*watch);
    return credentials.ok() && server_->CheckAnew(*credentials).ok();
  });
  const Identity brief = authority_.Issue({.ends = seconds(5)});
  client.Replace(brief, authority_.pem());
  Await([&] { return watch->newest()->certificate == brief.certificate; });
  client.Overwrite("tls.crt", "garbage");
  Await([&] { return !TlsClientCredentials(*watch).ok(); });
  EXPECT_THAT(std::string(TlsClientCredentials(*watch).status().message()),
              testing::HasSubstr(client.File("tls.crt") + " expired on "));
}

}  // namespace
}  // namespace gpuscaler::rpc
