#include "rpc/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "fakes/certificates/secret_folder.h"

namespace gpuscaler::rpc {
namespace {

using fakes::Authority;
using fakes::Identity;
using fakes::SecretFolder;
using std::chrono::hours;
using testing::AllOf;
using testing::HasSubstr;

class CertificatesTest : public testing::Test {
 protected:
  std::string Error() {
    const auto read = ReadAndCheck(folder_.files());
    return read.ok() ? "" : std::string(base::Message(read.status()));
  }

  const Authority authority_{"test CA"};
  const Identity identity_ = authority_.Issue({.common_name = "gateway"});
  SecretFolder folder_{identity_, authority_.pem()};
};

TEST_F(CertificatesTest, AValidSetIsReadWithItsNameAndEnd) {
  const auto read = ReadAndCheck(folder_.files());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->certificate, identity_.certificate);
  EXPECT_EQ(read->subject, "CN=gateway");
  EXPECT_GT(read->not_after, CalendarNow() + std::chrono::minutes(50));
  EXPECT_LT(read->not_after, CalendarNow() + std::chrono::minutes(70));
  EXPECT_EQ(FormatCalendar(CalendarTime(std::chrono::seconds(1772366400))),
            "2026-03-01 12:00:00 UTC");
}

TEST_F(CertificatesTest, AuthoritiesOrTheOwnCertificateMayBeLeftOut) {
  EXPECT_TRUE(ReadAndCheck({folder_.File("tls.crt"), folder_.File("tls.key"), ""}).ok());
  EXPECT_TRUE(ReadAndCheck({"", "", folder_.File("ca.crt")}).ok());
  EXPECT_FALSE(ReadAndCheck({folder_.File("tls.crt"), "", folder_.File("ca.crt")}).ok());
}

TEST_F(CertificatesTest, AFileCutOffAnywhereIsRefused) {
  const auto refused = [this](const std::string& name, const std::string& whole) {
    for (size_t size = 0; size + 1 < whole.size(); ++size) {  // all but its last newline
      folder_.Overwrite(name, whole.substr(0, size));
      ASSERT_THAT(Error(), HasSubstr(name)) << size << " bytes of " << whole.size();
    }
    folder_.Overwrite(name, whole);
    ASSERT_EQ(Error(), "");
  };
  refused("tls.crt", identity_.certificate);
  refused("tls.key", identity_.key);
  refused("ca.crt", authority_.pem());
}

TEST_F(CertificatesTest, AChainCutOffWithinABlockIsRefused) {
  const std::string chain = identity_.certificate + authority_.pem();
  folder_.Overwrite("tls.crt", chain);
  EXPECT_EQ(Error(), "");
  for (size_t size = identity_.certificate.size() + 1; size + 1 < chain.size(); ++size) {
    folder_.Overwrite("tls.crt", chain.substr(0, size));
    ASSERT_THAT(Error(), HasSubstr("is damaged or cut off")) << size;
  }
}

TEST_F(CertificatesTest, AKeyOfAnotherCertificateIsRefused) {
  folder_.Overwrite("tls.key", authority_.Issue().key);
  EXPECT_THAT(Error(),
              AllOf(HasSubstr("tls.key"), HasSubstr("does not belong to"), HasSubstr("tls.crt")));
}

TEST_F(CertificatesTest, WhatHoldsNothingSaysSo) {
  folder_.Overwrite("tls.key", "hello\n");
  EXPECT_THAT(Error(), HasSubstr("tls.key holds no private key in PEM format"));
  folder_.Overwrite("tls.key", EncryptedKey(identity_));
  EXPECT_THAT(Error(), HasSubstr("tls.key is encrypted"));
  folder_.Overwrite("tls.key", identity_.key);
  folder_.Overwrite("ca.crt", "");
  EXPECT_THAT(Error(), HasSubstr("ca.crt holds no certificate in PEM format"));
  folder_.Overwrite("ca.crt", std::string((1 << 20) + 1, '\n'));
  EXPECT_THAT(Error(), HasSubstr("ca.crt: it is larger than 1 MiB"));
}

TEST_F(CertificatesTest, WhatCannotBeReadIsNamed) {
  CertificateFiles files = folder_.files();
  files.key = "/nonexistent/tls.key";
  EXPECT_THAT(std::string(ReadAndCheck(files).status().message()),
              HasSubstr("cannot read the key /nonexistent/tls.key: No such file or directory"));
  files.key = folder_.File("");
  EXPECT_THAT(std::string(ReadAndCheck(files).status().message()),
              HasSubstr("it is not a regular file"));
}

TEST_F(CertificatesTest, OneWhoseTimeIsOverOrHasNotComeIsRefusedWithTheDate) {
  folder_.Replace(authority_.Issue({.ends = -hours(1)}), authority_.pem());
  EXPECT_THAT(Error(), AllOf(HasSubstr("tls.crt expired on 20"), HasSubstr(" UTC")));
  folder_.Replace(authority_.Issue({.begins = hours(1), .ends = hours(2)}), authority_.pem());
  EXPECT_THAT(Error(), HasSubstr("tls.crt is not valid before 20"));
}

TEST_F(CertificatesTest, AnAuthorityWhoseTimeIsOverMayStandBesideAnother) {
  const Authority old("old CA", -hours(1));
  folder_.Overwrite("ca.crt", old.pem());
  EXPECT_THAT(Error(), HasSubstr("ca.crt expired on 20"));
  folder_.Overwrite("ca.crt", old.pem() + authority_.pem());
  EXPECT_EQ(Error(), "");
}

}  // namespace
}  // namespace gpuscaler::rpc
