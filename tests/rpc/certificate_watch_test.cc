#include "rpc/certificate_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "await.h"
#include "fakes/certificates/secret_folder.h"

namespace gpuscaler::rpc {
namespace {

using fakes::Authority;
using fakes::Identity;
using fakes::SecretFolder;
using std::chrono::milliseconds;

class CertificateWatchTest : public testing::Test {
 protected:
  void Start() {
    auto watch = CertificateWatch::Start(folder_.files(), milliseconds(5));
    ASSERT_TRUE(watch.ok()) << watch.status();
    watch_ = *std::move(watch);
  }
  // Long enough for many looks.
  static void LetItLook() { std::this_thread::sleep_for(milliseconds(200)); }
  bool Holds(const Identity& identity) {
    const auto newest = watch_->newest();
    return newest->certificate == identity.certificate && newest->key == identity.key;
  }

  const Authority authority_{"test CA"};
  const Identity first_ = authority_.Issue();
  const Identity second_ = authority_.Issue();
  SecretFolder folder_{first_, authority_.pem()};
  std::unique_ptr<CertificateWatch> watch_;
};

TEST_F(CertificateWatchTest, StartsWithAValidSetOnly) {
  Start();
  EXPECT_TRUE(Holds(first_));
  folder_.Overwrite("tls.key", second_.key);
  EXPECT_FALSE(CertificateWatch::Start(folder_.files()).ok());
}

TEST_F(CertificateWatchTest, StartsAnywayAndTakesTheFirstValidSet) {
  folder_.Overwrite("tls.key", second_.key);
  watch_ = CertificateWatch::StartAnyway(folder_.files(), milliseconds(5));
  EXPECT_EQ(watch_->newest(), nullptr);
  EXPECT_THAT(std::string(watch_->NewestOrWhy().status().message()),
              testing::HasSubstr("does not belong to"));
  folder_.Overwrite("tls.crt", second_.certificate);
  Await([this] { return watch_->newest() != nullptr; });
  EXPECT_TRUE(Holds(second_));
  EXPECT_EQ(watch_->NewestOrWhy().value(), watch_->newest());
}

TEST_F(CertificateWatchTest, TakesASetThatIsReplacedAtOnceOrFileByFile) {
  Start();
  folder_.Replace(second_, authority_.pem());
  Await([this] { return Holds(second_); });
  folder_.Overwrite("tls.crt", first_.certificate);
  LetItLook();
  EXPECT_TRUE(Holds(second_)) << "the key has not come yet";
  folder_.Overwrite("tls.key", first_.key);
  Await([this] { return Holds(first_); });
  const Authority another("another CA");
  folder_.Overwrite("ca.crt", another.pem());
  Await([&] { return watch_->newest()->authorities == another.pem(); });
}

TEST_F(CertificateWatchTest, KeepsTheLastValidSetWhateverLiesThere) {
  Start();
  const auto before = watch_->newest();
  for (const std::string& text :
       {second_.certificate.substr(0, 300), std::string(), std::string("garbage"),
        authority_.Issue({.ends = -std::chrono::hours(1)}).certificate}) {
    folder_.Overwrite("tls.crt", text);
    LetItLook();
    EXPECT_EQ(watch_->newest(), before) << text;
  }
  folder_.Overwrite("tls.crt", second_.certificate);
  folder_.Overwrite("tls.key", second_.key);
  Await([this] { return Holds(second_); });
}

TEST_F(CertificateWatchTest, FilesThatAreWrittenAgainAsTheyWereAreNoNewSet) {
  Start();
  const auto before = watch_->newest();
  folder_.Replace(first_, authority_.pem());
  LetItLook();
  EXPECT_EQ(watch_->newest(), before);
}

TEST_F(CertificateWatchTest, TakesACertificateWhoseTimeComes) {
  Start();
  const Identity next = authority_.Issue({.begins = std::chrono::seconds(2)});
  folder_.Replace(next, authority_.pem());
  Await([&] { return Holds(next); });
}

}  // namespace
}  // namespace gpuscaler::rpc
