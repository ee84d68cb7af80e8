// Who may report to a gateway over TLS, by the real binaries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "e2e/fleet_world.h"
#include "fakes/certificates/client.h"
#include "fakes/certificates/secret_folder.h"

namespace gpuscaler::e2e {
namespace {

using fakes::Authority;
using fakes::SecretFolder;
using testing::HasSubstr;
using testing::StartsWith;

class FleetTls : public testing::Test {
 protected:
  FleetTls() {
    gateway_ = std::make_unique<FleetGateway>(
        std::vector<std::string>{"--tls-cert=" + server_folder_.File("tls.crt"),
                                 "--tls-key=" + server_folder_.File("tls.key"),
                                 "--tls-client-ca=" + server_folder_.File("ca.crt"),
                                 "--report-client-ca=" + nodes_folder_.File("ca.crt")});
    gateway_->Start();
  }

  // The flags of a node that shows this certificate.
  static std::vector<std::string> Showing(const SecretFolder& folder) {
    return {"--report-ca=" + folder.File("ca.crt"), "--report-cert=" + folder.File("tls.crt"),
            "--report-key=" + folder.File("tls.key")};
  }
  std::string ReportTo() const { return base::StrCat("dns:localhost:", gateway_->report_port()); }
  double Nodes() { return gateway_->scaler().Sample("keda_gpu_scaler_fleet_nodes").value_or(-1); }
  void AwaitRefusal(FleetNode& node, const std::string& why) {
    Await([&] {
      const std::string log = node.scaler().child().Errors();
      return log.find("cannot report to a gateway") != std::string::npos &&
             log.find(why) != std::string::npos;
    });
    EXPECT_EQ(Nodes(), 0);
  }

  const Authority servers_{"servers"};
  const Authority nodes_{"nodes"};
  SecretFolder server_folder_{servers_.Issue({.common_name = "gateway"}), servers_.pem()};
  SecretFolder nodes_folder_{nodes_.Issue({.common_name = "system:node:node-1"}), nodes_.pem()};
  std::unique_ptr<FleetGateway> gateway_;
};

TEST_F(FleetTls, ANodeReportsUnderTheNameOfItsCertificateOnly) {
  const SecretFolder one(nodes_.Issue({.common_name = "system:node:node-1"}), servers_.pem());
  FleetNode impostor(2, 2);
  impostor.Start(ReportTo(), Showing(one));
  AwaitRefusal(impostor, "it cannot report for");
  FleetNode honest(1, 2);
  honest.Start(ReportTo(), Showing(one));
  Await([this] { return Nodes() == 1; });
}

TEST_F(FleetTls, ACertificateThatNamesNoNodeIsAnyNodes) {
  const SecretFolder shared(nodes_.Issue({.common_name = "gpu-nodes"}), servers_.pem());
  FleetNode one(1, 2);
  FleetNode other(2, 2);
  one.Start(ReportTo(), Showing(shared));
  other.Start(ReportTo(), Showing(shared));
  Await([this] { return Nodes() == 2; });
}

TEST_F(FleetTls, WithoutACertificateOfTheNodesAuthorityNobodyReports) {
  // KEDA's authority is not the nodes'.
  const SecretFolder of_keda(servers_.Issue({.common_name = "keda"}), servers_.pem());
  FleetNode wrong(1, 2);
  wrong.Start(ReportTo(), Showing(of_keda));
  FleetNode none(2, 2);
  none.Start(ReportTo(), {"--report-ca=" + of_keda.File("ca.crt")});
  FleetNode plaintext(3, 2);
  plaintext.Start(ReportTo());
  for (FleetNode* node : {&wrong, &none}) AwaitRefusal(*node, "may not accept this node's");
  AwaitRefusal(plaintext, "does the gateway want TLS? See --report-ca");
  EXPECT_TRUE(Await([this] {
    return gateway_->scaler().child().Errors().find("a TLS handshake failed") != std::string::npos;
  }));
  // A node that trusts another authority than the gateway's does not report to it.
  const SecretFolder distrusts(nodes_.Issue({.common_name = "gpu-nodes"}), nodes_.pem());
  FleetNode careful(4, 2);
  careful.Start(ReportTo(), Showing(distrusts));
  AwaitRefusal(careful, "");
}

TEST_F(FleetTls, ANodesCertificateDoesNotOpenKedasPort) {
  const auto health = [this](const fakes::Identity& identity) {
    return Keda(gateway_->scaler().ports().grpc, "127.0.0.1",
                fakes::ClientOf(servers_.pem(), identity))
        .Health();
  };
  EXPECT_THAT(health(nodes_.Issue({.common_name = "gpu-nodes"})), StartsWith("UNAVAILABLE"));
  const fakes::Identity keda = servers_.Issue({.common_name = "keda"});
  Await([&] { return health(keda) == "SERVING"; });
}

}  // namespace
}  // namespace gpuscaler::e2e
