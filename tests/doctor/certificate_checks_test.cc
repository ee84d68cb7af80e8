#include "doctor/found.h"
#include "fakes/certificates/authority.h"
#include "fakes/temporary_folder.h"
#include "gtest/gtest.h"

namespace gpuscaler::doctor {
namespace {

using fakes::Authority;
using fakes::Identity;
using fakes::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::chrono::hours kYear(24 * 365);

class Certificates : public testing::Test {
 protected:
  Subject With(const Identity& identity) {
    Subject subject;
    subject.tls.certificate = folder_.Write("tls.crt", identity.certificate);
    subject.tls.key = folder_.Write("tls.key", identity.key);
    return subject;
  }
  Identity Issue(std::chrono::seconds ends, const std::string& names) {
    fakes::Subject subject;
    subject.ends = ends;
    subject.names = names;
    return authority_.Issue(subject);
  }

  const Authority authority_{"ca", kYear};
  const TemporaryFolder folder_;
};

TEST_F(Certificates, OfAServerShowTheirNamesAndTheirEnd) {
  Subject subject = With(Issue(kYear, "DNS:gpu.keda.svc,IP:10.0.0.7"));
  const std::string found = Found(CheckServerCertificate, subject);
  EXPECT_THAT(found, AllOf(StartsWith("ok: " + subject.tls.certificate + " is valid until 20"),
                           testing::ContainsRegex(", 36[45] days\n")));
  EXPECT_THAT(found, HasSubstr("ok: it is for DNS:gpu.keda.svc, IP Address:10.0.0.7\n"));
}

TEST_F(Certificates, ThatEndWithinAMonthAreAWarning) {
  EXPECT_THAT(Found(CheckServerCertificate, With(Issue(std::chrono::hours(24 * 29), "DNS:a"))),
              StartsWith("warn: "));
}

TEST_F(Certificates, WithoutANameAreNotOk) {
  EXPECT_THAT(Found(CheckServerCertificate, With(Issue(kYear, ""))),
              HasSubstr("not ok: " + folder_.path() + "/tls.crt (CN=test) has no subject"));
}

TEST_F(Certificates, OfAnotherKeyOrExpiredOrAbsentAreNotOk) {
  Identity mixed = Issue(kYear, "DNS:a");
  mixed.key = Issue(kYear, "DNS:a").key;
  EXPECT_THAT(Found(CheckServerCertificate, With(mixed)),
              AllOf(StartsWith("not ok: "), HasSubstr("does not belong")));
  EXPECT_THAT(Found(CheckServerCertificate, With(Issue(std::chrono::seconds(-60), "DNS:a"))),
              AllOf(StartsWith("not ok: "), HasSubstr("expired")));
  Subject absent = With(mixed);
  absent.tls.key = folder_.path() + "/none";
  EXPECT_THAT(Found(CheckServerCertificate, absent), HasSubstr(folder_.path() + "/none"));
  EXPECT_THAT(Found(CheckServerCertificate, {}), StartsWith("skipped: "));
}

TEST_F(Certificates, AreVerifiedByTheAuthorityThatClientsTrust) {
  Subject subject = With(Issue(kYear, "DNS:a"));
  subject.client.authorities = folder_.Write("ca.crt", authority_.pem());
  EXPECT_THAT(Found(CheckServerCertificate, subject), HasSubstr("ok: it verifies by "));
  const Authority other("other", kYear);
  subject.client.authorities = folder_.Write("other.crt", other.pem());
  EXPECT_THAT(Found(CheckServerCertificate, subject), HasSubstr("not ok: it does not verify by "));
}

TEST_F(Certificates, OfReportsAreLookedAtInBothRoles) {
  Subject node;
  node.report_tls.authorities = folder_.Write("ca.crt", authority_.pem());
  EXPECT_EQ(Found(CheckReportCertificate, node),
            "ok: " + node.report_tls.authorities + " holds authorities\n");
  Subject gateway;
  gateway.is_node = false;
  gateway.report_client_ca = folder_.Write("bad.crt", "nonsense");
  EXPECT_THAT(Found(CheckReportCertificate, gateway), StartsWith("not ok: "));
  EXPECT_THAT(Found(CheckReportCertificate, {}), StartsWith("skipped: "));
}

}  // namespace
}  // namespace gpuscaler::doctor
