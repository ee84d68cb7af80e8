// Readings over TLS, against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/strings.h"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/io_context.hpp"
#include "engines/scraping/connection.h"
#include "fakes/certificates/secret_folder.h"
#include "fakes/engines/fake_engine.h"

namespace gpuscaler::engines {
namespace {

using absl::StatusCode;
using fakes::Authority;
using fakes::FakeEngine;
using fakes::Subject;
using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  TlsTest() : authority_("engines"), folder_({"", ""}, authority_.pem()) {
    limits_.connect = limits_.header = limits_.whole = std::chrono::seconds(60);
  }

  Subject For(const std::string& names) const {
    Subject subject;
    subject.names = names;
    return subject;
  }
  // Of a server with this certificate, asked by this host.
  absl::Status Get(const fakes::Identity& identity, const std::string& host,
                   const std::string& authorities) {
    FakeEngine engine("127.0.0.1", 0, identity);
    engine.Say("a 1\n");
    const Endpoint endpoint =
        *ParseEndpoint(base::StrCat("https://", host, ":", engine.port(), "/m"), "/");
    boost::asio::io_context io(1);
    TlsTrust trust(authorities);
    Connection connection(io, endpoint, *IpAddress::Parse("127.0.0.1"), limits_, trust);
    absl::Status status = absl::UnknownError("no answer");
    for (int reading = 0; reading < 2; ++reading) {
      std::string body;
      BodySink sink{[](base::SteadyTime, std::string_view) { return absl::OkStatus(); },
                    [&](std::string_view chunk) {
                      body += chunk;
                      return absl::OkStatus();
                    }};
      boost::asio::co_spawn(
          io, connection.Get({}, std::move(sink)),
          [&](const std::exception_ptr&, absl::Status result) { status = std::move(result); });
      io.restart();
      io.run();
      EXPECT_EQ(body, status.ok() ? "a 1\n" : "");
    }
    EXPECT_EQ(engine.connections(), status.ok() ? 1U : 2U);
    return status;
  }
  absl::Status Get(const fakes::Identity& identity, const std::string& host) {
    return Get(identity, host, folder_.File("ca.crt"));
  }
  static void ExpectError(const absl::Status& status, const std::string& message) {
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
    EXPECT_THAT(std::string(base::Message(status)), HasSubstr(message));
  }

  Authority authority_;
  fakes::SecretFolder folder_;
  FetchLimits limits_;
};

TEST_F(TlsTest, TheCertificateNamesTheHost) {
  const auto identity = authority_.Issue(For("DNS:engine.test,DNS:*.ns.svc,IP:127.0.0.1"));
  EXPECT_TRUE(Get(identity, "engine.test").ok());
  EXPECT_TRUE(Get(identity, "engine.test.").ok());
  EXPECT_TRUE(Get(identity, "vllm.ns.svc").ok());
  EXPECT_TRUE(Get(identity, "127.0.0.1").ok());
  ExpectError(Get(identity, "other.test"), "its certificate is not trusted: hostname mismatch");
  ExpectError(Get(identity, "a.vllm.ns.svc"), "hostname mismatch");
  ExpectError(Get(authority_.Issue(For("DNS:engine.test")), "127.0.0.1"),
              "its certificate is not trusted: IP address mismatch");
}

TEST_F(TlsTest, AnExpiredCertificateIsRefused) {
  Subject subject = For("DNS:engine.test");
  subject.begins = std::chrono::hours(-2);
  subject.ends = std::chrono::hours(-1);
  ExpectError(Get(authority_.Issue(subject), "engine.test"), "certificate has expired");
}

TEST_F(TlsTest, AnUnknownAuthorityIsRefused) {
  const auto identity = Authority("others").Issue(For("DNS:engine.test"));
  ExpectError(Get(identity, "engine.test"), "unable to get local issuer certificate");
  ExpectError(Get(authority_.Issue(For("DNS:engine.test")), "engine.test", ""),
              "its certificate is not trusted");
}

TEST_F(TlsTest, TheFileOfAuthoritiesIsReadAgainWhenItChanges) {
  TlsTrust trust(folder_.File("ca.crt"));
  base::SteadyTime now = base::Now();
  const auto first = trust.Context(now);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*trust.Context(now += std::chrono::seconds(1)), *first);
  folder_.Replace({"", ""}, Authority("next").pem());
  const auto second = trust.Context(now += std::chrono::seconds(1));
  ASSERT_TRUE(second.ok());
  EXPECT_NE(*second, *first);
  folder_.Overwrite("ca.crt", "nonsense");
  const auto third = trust.Context(now += std::chrono::seconds(1));
  EXPECT_EQ(third.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(third.status())), HasSubstr(folder_.File("ca.crt")));
}

TEST_F(TlsTest, APlaintextServerIsAFailedHandshake) {
  FakeEngine engine;
  engine.Run([](FakeEngine::Peer& peer) { peer.Close(); });
  const Endpoint endpoint =
      *ParseEndpoint(base::StrCat("https://engine.test:", engine.port(), "/m"), "/");
  boost::asio::io_context io(1);
  TlsTrust trust(folder_.File("ca.crt"));
  limits_.connect = std::chrono::milliseconds(100);
  Connection connection(io, endpoint, *IpAddress::Parse("127.0.0.1"), limits_, trust);
  absl::Status status;
  boost::asio::co_spawn(
      io, connection.Get({}, BodySink()),
      [&](const std::exception_ptr&, absl::Status result) { status = std::move(result); });
  io.run();
  EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded) << status;
  EXPECT_EQ(base::Message(status), "no connection within 100ms");
}

}  // namespace
}  // namespace gpuscaler::engines
