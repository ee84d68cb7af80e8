// TLS through the real binary: who is served, files replaced while it runs, and
// what it refuses to start with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "await.h"
#include "e2e/scaler_process.h"
#include "fakes/certificates/client.h"
#include "fakes/certificates/secret_folder.h"

namespace gpuscaler::e2e {
namespace {

using fakes::Authority;
using fakes::ClientOf;
using fakes::Identity;
using fakes::SecretFolder;
using std::chrono::hours;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

size_t Occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class TlsScaler : public testing::Test {
 protected:
  std::vector<std::string> Flags(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--source=simulated", "--tls-cert=" + folder_.File("tls.crt"),
                             "--tls-key=" + folder_.File("tls.key"),
                             "--tls-client-ca=" + folder_.File("ca.crt")});
    return more;
  }
  static std::string Health(const ScalerProcess& scaler,
                            const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    return Keda(scaler.ports().grpc, "127.0.0.1", credentials).Health();
  }

  const Authority authority_{"test CA"};
  const Identity keda_ = authority_.Issue({.common_name = "keda"});
  SecretFolder folder_{authority_.Issue({.common_name = "scaler"}), authority_.pem()};
};

TEST_F(TlsScaler, ServesWhoHasACertificateAndIsAliveWithoutOneOfItsOwn) {
  ScalerProcess scaler(Flags({"--health-check-interval=100ms"}));
  ASSERT_TRUE(scaler.AwaitStart());
  Keda keda(scaler.ports().grpc, "127.0.0.1", ClientOf(authority_.pem(), keda_));
  Await([&] { return keda.Health() == "SERVING"; });
  EXPECT_TRUE(keda.Value({{"metricType", "memory_used_percent"}}).ok());
  const Authority another("another CA");
  for (const auto& bad : {ClientOf(authority_.pem()), ClientOf(authority_.pem(), another.Issue()),
                          ClientOf(authority_.pem(), authority_.Issue({.ends = -hours(1)})),
                          grpc::InsecureChannelCredentials()}) {
    EXPECT_THAT(Health(scaler, bad), StartsWith("UNAVAILABLE"));
  }
  Await([&] {
    return scaler.Sample("keda_gpu_scaler_scaler_requests_total{method=\"Check\"}").value_or(0) >
           40;
  });
  EXPECT_EQ(scaler.Probe("/healthz").status, 200) << scaler.Probe("/healthz").body;
  EXPECT_EQ(keda.Health(), "SERVING");
  EXPECT_THAT(scaler.child().Errors(), AllOf(HasSubstr("\"subject\":\"CN=scaler\""),
                                             Not(HasSubstr("does not answer its own calls"))));
}

TEST_F(TlsScaler, TakesRenewedFilesWithoutARestartAndKeepsTheOldOnesUntilTheyAreWhole) {
  ScalerProcess scaler(Flags());
  ASSERT_TRUE(scaler.AwaitStart());
  std::atomic<bool> stop{false};
  std::atomic<int> calls{0};
  std::thread caller([&] {
    Keda keda(scaler.ports().grpc, "127.0.0.1", ClientOf(authority_.pem(), keda_));
    while (!stop) {
      EXPECT_TRUE(keda.Spec({}).ok());
      ++calls;
    }
  });
  const Authority next("next CA");
  const Identity renewed = next.Issue({.common_name = "renewed"});
  folder_.Overwrite("tls.crt", renewed.certificate.substr(0, 200));
  Await([&] { return Occurrences(scaler.child().Errors(), "is damaged or cut off") == 1; });
  folder_.Overwrite("tls.crt", renewed.certificate);
  Await([&] { return Occurrences(scaler.child().Errors(), "does not belong to") == 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));  // more looks, no more lines
  EXPECT_EQ(Occurrences(scaler.child().Errors(), "does not belong to"), 1u);
  EXPECT_EQ(Health(scaler, ClientOf(authority_.pem(), keda_)), "SERVING");
  folder_.Replace(renewed, authority_.pem() + next.pem());
  Await([&] { return Occurrences(scaler.child().Errors(), "certificates replaced") == 1; });
  EXPECT_EQ(Health(scaler, ClientOf(next.pem(), keda_)), "SERVING");
  EXPECT_EQ(Health(scaler, ClientOf(next.pem(), next.Issue())), "SERVING");
  EXPECT_THAT(Health(scaler, ClientOf(authority_.pem(), keda_)), StartsWith("UNAVAILABLE"));
  stop = true;
  caller.join();
  EXPECT_GT(calls, 100);
}

TEST_F(TlsScaler, ACertificateThatExpiresWhileItIsInUseIsSaidOnce) {
  folder_.Replace(authority_.Issue({.ends = std::chrono::seconds(kSanitized ? 10 : 3)}),
                  authority_.pem());
  ScalerProcess scaler(Flags());
  ASSERT_TRUE(scaler.AwaitStart());
  Await([&] { return Occurrences(scaler.child().Errors(), "tls.crt, expired on 20") == 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  EXPECT_EQ(Occurrences(scaler.child().Errors(), "tls.crt, expired on 20"), 1u);
  EXPECT_EQ(scaler.Probe("/healthz").status, 200);
}

TEST_F(TlsScaler, RefusesToStartWithFilesOrFlagsThatDoNotFit) {
  const auto refuses = [](const std::vector<std::string>& flags, const std::string& why) {
    const Finished finished = RunScaler(flags);
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.errors, HasSubstr(why));
    EXPECT_EQ(Occurrences(finished.errors, "\n"), 1u) << finished.errors;
  };
  refuses({"--tls-cert=" + folder_.File("tls.crt")}, "--tls-cert needs --tls-key");
  refuses({"--tls-key=" + folder_.File("tls.key")}, "--tls-key needs --tls-cert");
  refuses({"--tls-client-ca=" + folder_.File("ca.crt")},
          "--tls-client-ca needs --tls-cert and --tls-key");
  refuses({"--tls-cert="}, "it must not be empty");
  folder_.Overwrite("tls.key", authority_.Issue().key);
  refuses(Flags(), "does not belong to the certificate in " + folder_.File("tls.crt"));
  folder_.Replace(authority_.Issue({.ends = -hours(1)}), authority_.pem());
  refuses(Flags(), folder_.File("tls.crt") + " expired on 20");
  folder_.Replace(authority_.Issue(), "");
  refuses(Flags(), folder_.File("ca.crt") + " holds no certificate");
}

TEST_F(TlsScaler, WatchAsksOverTls) {
  ScalerProcess scaler(Flags());
  ASSERT_TRUE(scaler.AwaitStart());
  Keda keda(scaler.ports().grpc, "127.0.0.1", ClientOf(authority_.pem(), keda_));
  Await([&] { return keda.Health() == "SERVING"; });
  SecretFolder client(keda_, authority_.pem());
  std::ofstream(client.File("object.yaml"))
      << "kind: ScaledObject\nmetadata: {name: llm}\nspec:\n  triggers:\n    - type: external\n"
         "      metadata: {metricType: memory_used_percent}\n";
  const std::string address = "--address=127.0.0.1:" + std::to_string(scaler.ports().grpc);
  const std::vector<std::string> plain = {"watch", client.File("object.yaml"), "--count=1",
                                          address};
  EXPECT_EQ(RunScaler(plain).exit_code, 1);
  std::vector<std::string> tls = plain;
  tls.insert(tls.end(),
             {"--tls-ca=" + client.File("ca.crt"), "--client-cert=" + client.File("tls.crt"),
              "--client-key=" + client.File("tls.key")});
  EXPECT_EQ(RunScaler(tls).exit_code, 0);
  tls.push_back("--tls-server-name=elsewhere");
  EXPECT_EQ(RunScaler(tls).exit_code, 1);
  tls.back() = "--tls-server-name=localhost";
  EXPECT_EQ(RunScaler(tls).exit_code, 0);
  std::vector<std::string> no_authority = plain;
  no_authority.push_back("--tls-server-name=localhost");
  const Finished refused = RunScaler(no_authority);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("--tls-server-name needs --tls-ca"));
}

TEST(PlaintextScaler, SaysOnceThatItIs) {
  ScalerProcess scaler({"--source=simulated"});
  ASSERT_TRUE(scaler.AwaitServing());
  EXPECT_EQ(Occurrences(scaler.child().Errors(), "serving plaintext gRPC"), 1u);
}

}  // namespace
}  // namespace gpuscaler::e2e
