#include "serving/self_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "await.h"
#include "base/strings.h"
#include "fakes/certificates/secret_folder.h"
#include "rpc/certificate_watch.h"
#include "rpc/listener.h"
#include "rpc/server_credentials.h"
#include "serving/published.h"
#include "serving/scaler_server.h"

namespace gpuscaler::serving {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

uint64_t Checks(const ScalerServer& server) {
  for (const RequestStats& stats : server.Requests()) {
    if (stats.method == "Check") return stats.requests;
  }
  return 0;
}

ScalerServer::Options OnLoopback(uint16_t port) {
  ScalerServer::Options options;
  options.address = "127.0.0.1";
  options.port = port;
  return options;
}

TEST(SelfCheck, IsOkWhileTheServerAnswersThoughItServesNothing) {
  telemetry::Store store;  // empty: NOT_SERVING, which is an answer
  ScalerServer server(OnLoopback(0), store, NodeRole(store, std::chrono::seconds(10)));
  ASSERT_TRUE(server.Start().ok());
  for (const std::string address : {"127.0.0.1", ""}) {
    const uint64_t before = Checks(server);
    SelfCheck check(address, server.port(), milliseconds(10), nullptr);
    Await([&] { return Checks(server) >= before + 5; });
    EXPECT_TRUE(check.status(base::Now()).ok()) << check.status(base::Now());
  }
  EXPECT_GE(server.Connections().accepted, 10u) << "each call is a new connection";
}

TEST(SelfCheck, NeedsNoCertificateThoughClientsDo) {
  const fakes::Authority authority("test CA");
  const fakes::SecretFolder folder(authority.Issue(), authority.pem());
  const auto certificates = *rpc::CertificateWatch::Start(folder.files());
  for (const std::string address : {"127.0.0.1", ""}) {
    ScalerServer::Options options = OnLoopback(0);
    options.address = address;
    options.credentials = rpc::TlsServerCredentials(*certificates);
    telemetry::Store store;
    ScalerServer server(options, store, NodeRole(store, std::chrono::seconds(60)));
    ASSERT_TRUE(server.Start().ok());
    SelfCheck check(address, server.port(), milliseconds(10), &server.gate());
    Await([&] { return Checks(server) >= 5; });
    EXPECT_TRUE(check.status(base::Now()).ok()) << check.status(base::Now());
    EXPECT_GE(server.Connections().accepted, 5u) << "each call is a new connection";
    SelfCheck stranger(address, server.port(), milliseconds(10), nullptr);
    Await([&] { return !stranger.status(base::Now()).ok(); });
    EXPECT_TRUE(check.status(base::Now()).ok());
  }
}

TEST(SelfCheck, ACallThatDoesNotComeBackIsSeenWhileItIsUnderWay) {
  const auto listener = rpc::Listen("127.0.0.1", 0);  // accepts nothing: backlog only
  ASSERT_TRUE(listener.ok());
  SelfCheck check("127.0.0.1", rpc::BoundPort(*listener), milliseconds(10), nullptr);
  EXPECT_TRUE(check.status(base::Now()).ok()) << "before the first call has ended";
  // Seen from ten seconds ahead, any call under way has taken too long.
  Await([&] { return !check.status(base::Now() + Seconds(10)).ok(); });
  const absl::Status status = check.status(base::Now() + Seconds(10));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(status)), HasSubstr("has not come back"));
}

TEST(SelfCheck, FailsAfterThreeCallsWithoutAnAnswerAndRecovers) {
  auto listener = rpc::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok());
  const uint16_t port = rpc::BoundPort(*listener);
  SelfCheck check("127.0.0.1", port, milliseconds(10), nullptr);
  Await([&] { return !check.status(base::Now()).ok(); });  // 3 x 3 s
  const absl::Status status = check.status(base::Now());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(status)), HasSubstr("3 calls in a row"));
  EXPECT_THAT(std::string(base::Message(status)), HasSubstr(base::StrCat("127.0.0.1:", port)));

  *listener = base::Descriptor();
  telemetry::Store store;
  ScalerServer server(OnLoopback(port), store, NodeRole(store, std::chrono::seconds(10)));
  ASSERT_TRUE(server.Start().ok());
  Await([&] { return check.status(base::Now()).ok(); });
  check.Stop();
  const uint64_t checks = Checks(server);
  EXPECT_GE(checks, 1u);
  EXPECT_TRUE(check.status(base::Now()).ok());
}

}  // namespace
}  // namespace gpuscaler::serving
