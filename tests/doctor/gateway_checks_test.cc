#include "base/strings.h"
#include "doctor/found.h"
#include "fakes/certificates/authority.h"
#include "fakes/temporary_folder.h"
#include "gtest/gtest.h"
#include "rpc/certificate_watch.h"
#include "rpc/listener.h"
#include "rpc/tls_server.h"

namespace gpuscaler::doctor {
namespace {

using fakes::Authority;
using fakes::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::chrono::hours kYear(24 * 365);

Subject ReportingTo(const std::string& names) {
  Subject subject;
  subject.report_to = names;
  return subject;
}

TEST(Gateways, EachAddressThatCanBeReachedIsToldAndEachThatCannot) {
  const auto listener = rpc::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok());
  const uint16_t open = rpc::BoundPort(*listener);
  uint16_t closed = 0;
  {
    const auto other = rpc::Listen("127.0.0.1", 0);
    ASSERT_TRUE(other.ok());
    closed = rpc::BoundPort(*other);
  }
  const std::string found =
      Found(CheckGateways, ReportingTo(base::StrCat("127.0.0.1:", open, ",127.0.0.1:", closed)));
  EXPECT_THAT(found, HasSubstr("ok: 127.0.0.1 has 1 addresses\n"));
  EXPECT_THAT(found, HasSubstr(base::StrCat("ok: 127.0.0.1:", open, " can be reached, plaintext")));
  EXPECT_THAT(found, HasSubstr(base::StrCat("not ok: 127.0.0.1:", closed, ": Connection refused")));
}

TEST(Gateways, ANameThatNobodyKnowsIsNotOk) {
  EXPECT_THAT(Found(CheckGateways, ReportingTo("dns:gateway.invalid:6001")),
              StartsWith("not ok: gateway.invalid: "));
  EXPECT_THAT(Found(CheckGateways, ReportingTo("gateway")), StartsWith("not ok: --report-to: "));
  EXPECT_THAT(Found(CheckGateways, {}), StartsWith("skipped: "));
}

class GatewayWithTls : public testing::Test {
 protected:
  GatewayWithTls()
      : secret_(authority_.Issue(), clients_.pem()),
        watch_(*rpc::CertificateWatch::Start(secret_.files())),
        server_(rpc::TlsServerCredentials(*watch_)) {}

  Subject Reporting(const std::string& trusted) {
    Subject subject = ReportingTo(base::StrCat("127.0.0.1:", server_.port()));
    subject.report_tls.authorities = folder_.Write("ca.crt", trusted);
    return subject;
  }

  const TemporaryFolder folder_;
  const Authority authority_{"servers"};
  const Authority clients_{"clients"};
  fakes::SecretFolder secret_;
  std::unique_ptr<rpc::CertificateWatch> watch_;
  rpc::TlsServer server_;
};

TEST_F(GatewayWithTls, IsReachedWithACertificateThatItsAuthorityGave) {
  Subject subject = Reporting(authority_.pem());
  const fakes::Identity node = clients_.Issue();
  subject.report_tls.certificate = folder_.Write("node.crt", node.certificate);
  subject.report_tls.key = folder_.Write("node.key", node.key);
  EXPECT_THAT(Found(CheckGateways, subject), HasSubstr("can be reached, TLS as 127.0.0.1"));
}

TEST_F(GatewayWithTls, RefusesANodeWithoutACertificate) {
  EXPECT_THAT(Found(CheckGateways, Reporting(authority_.pem())),
              HasSubstr(base::StrCat("not ok: 127.0.0.1:", server_.port(), ": ")));
}

TEST_F(GatewayWithTls, OfAnotherAuthorityIsNotTrusted) {
  EXPECT_THAT(Found(CheckGateways, Reporting(clients_.pem())),
              HasSubstr("the server's certificate: "));
}

TEST(Gateways, AServerWithoutTlsIsToldFromOneThatDoesNotAnswer) {
  rpc::TlsServer plaintext(nullptr);
  const TemporaryFolder folder;
  Subject subject = ReportingTo(base::StrCat("127.0.0.1:", plaintext.port()));
  subject.report_tls.authorities = folder.Write("ca.crt", Authority("ca", kYear).pem());
  EXPECT_THAT(Found(CheckGateways, subject),
              AllOf(HasSubstr("not ok: "), testing::AnyOf(HasSubstr("TLS"), HasSubstr("closed"))));
}

}  // namespace
}  // namespace gpuscaler::doctor
