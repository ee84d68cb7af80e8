// The JSON API of the real binary, on a node and on a gateway with two nodes.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

#include "api.pb.h"
#include "await.h"
#include "base/strings.h"
#include "e2e/fleet_world.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "web/client.h"

namespace gpuscaler::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

template <class Page>
Page Read(const ScalerProcess& scaler, const std::string& path) {
  Page page;
  const HttpAnswer answer = Get(scaler.ports().metrics, "/api/v1/" + path);
  EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
  const auto parsed = google::protobuf::util::JsonStringToMessage(answer.body, &page);
  EXPECT_TRUE(parsed.ok()) << parsed.ToString() << answer.body;
  return page;
}

class Api : public testing::Test {
 protected:
  Api() {
    one_.SetLoad({90, 10});
    two_.SetLoad({50, 30});
    one_.Hold("llm-7d9c8b5f4d-x2b4k", {0});
    two_.Hold("llm-7d9c8b5f4d-zzzzz", {0});
    two_.Hold("db-0", {1});
    gateway_.Start();
    one_.Start(gateway_.address());
    two_.Start(gateway_.address());
    Await([this] { return gateway_.keda().Value(kLlm).value_or(-1) == 140; });
  }

  const Metadata kLlm = {{"workload", "deployment/llm"}};
  FleetNode one_{1, 2};
  FleetNode two_{2, 2};
  FleetGateway gateway_;
};

TEST_F(Api, OfAGatewayShowsTheFleet) {
  const ScalerProcess& gateway = gateway_.scaler();
  const auto summary = Read<api::v1::Summary>(gateway, "summary");
  EXPECT_EQ(summary.role(), "gateway");
  EXPECT_EQ(summary.nodes().fresh(), 2u);
  EXPECT_EQ(summary.gpus().total(), 4u);
  EXPECT_EQ(summary.gpus().held(), 3u);
  EXPECT_EQ(summary.workloads(), 2u);
  EXPECT_EQ(summary.coverage_percent(), 100);

  const auto first = Read<api::v1::SnapshotPage>(gateway, "snapshot?limit=1");
  ASSERT_EQ(first.nodes_size(), 1);
  EXPECT_EQ(first.total(), 2u);
  EXPECT_EQ(first.nodes(0).node(), "node-1");
  EXPECT_EQ(first.nodes(0).state(), api::v1::FRESH);
  EXPECT_TRUE(first.nodes(0).has_heard_age_seconds());
  EXPECT_EQ(first.nodes(0).gpus(0).readings().at("gpu_utilization"), 90);
  EXPECT_EQ(first.nodes(0).gpus(0).pods(0).pod(), "llm-7d9c8b5f4d-x2b4k");
  const auto second =
      Read<api::v1::SnapshotPage>(gateway, "snapshot?limit=1&after=" + first.next());
  EXPECT_EQ(second.nodes(0).node(), "node-2");
  EXPECT_EQ(second.next(), "");

  const auto workloads = Read<api::v1::WorkloadPage>(gateway, "workloads");
  ASSERT_EQ(workloads.workloads_size(), 2);
  EXPECT_EQ(workloads.workloads(0).trigger(), "statefulset/db");
  EXPECT_EQ(workloads.workloads(1).trigger(), "deployment/llm");
  EXPECT_EQ(workloads.workloads(1).replicas(), 2u);
  EXPECT_EQ(workloads.workloads(1).mean_utilization_percent(), 70);
}

TEST_F(Api, ANodeThatFallsSilentIsLost) {
  two_.Kill();
  EXPECT_TRUE(Await([this] {
    return Read<api::v1::SnapshotPage>(gateway_.scaler(), "snapshot?state=lost").total() == 1;
  }));
  const auto lost = Read<api::v1::SnapshotPage>(gateway_.scaler(), "snapshot?state=lost");
  EXPECT_EQ(lost.nodes(0).node(), "node-2");
  EXPECT_TRUE(lost.nodes(0).gpus(0).readings().empty()) << "what is old is not shown as new";
  EXPECT_TRUE(Await(
      [this] { return Read<api::v1::Summary>(gateway_.scaler(), "summary").nodes().lost() == 1; }));
}

TEST_F(Api, DecisionsAreWhatKedaWasToldAndWhatItWouldBe) {
  Keda& keda = gateway_.keda();
  EXPECT_THAT(keda.Value(kLlm), Holds(140));
  EXPECT_FALSE(keda.Value({{"gpuIndex", "9"}}).ok());
  const externalscaler::ScaledObjectRef object = MakeRef(kLlm);
  const auto page = Read<api::v1::DecisionPage>(
      gateway_.scaler(), base::StrCat("decisions?namespace=", object.namespace_(),
                                      "&name=", object.name(), "&replicas=2"));
  ASSERT_EQ(page.decisions_size(), 2);
  const api::v1::KnownDecision& llm = page.decisions(0);
  EXPECT_EQ(llm.answered().value(), 140);
  EXPECT_GT(llm.questions().answers(), 0u);
  EXPECT_EQ(llm.now().value(), 140);
  EXPECT_EQ(llm.now().replicas().fresh(), 2u);
  EXPECT_EQ(llm.now().explanation().gpus_size(), 2);
  EXPECT_EQ(llm.now().explanation().hpa().current_replicas(), 2u);
  const api::v1::KnownDecision& failed = page.decisions(1);
  EXPECT_EQ(failed.answered().error().code(), "FAILED_PRECONDITION");
  EXPECT_FALSE(failed.answered().has_value());
  EXPECT_EQ(failed.now().error().code(), "FAILED_PRECONDITION");
}

TEST_F(Api, OfANodeShowsItsOwnGpus) {
  const ScalerProcess& node = one_.scaler();
  const auto summary = Read<api::v1::Summary>(node, "summary");
  EXPECT_EQ(summary.role(), "node");
  EXPECT_EQ(summary.node(), "node-1");
  EXPECT_EQ(summary.source(), "nvml");
  EXPECT_EQ(summary.gpus().total(), 2u);
  const auto page = Read<api::v1::SnapshotPage>(node, "snapshot?history=1");
  ASSERT_EQ(page.nodes_size(), 1);
  EXPECT_FALSE(page.nodes(0).has_heard_age_seconds());
  EXPECT_TRUE(Await([&] {
    return Read<api::v1::SnapshotPage>(node, "snapshot?history=1").nodes(0).gpus(0).has_history();
  }));
}

TEST_F(Api, IsForReadingOnlyAndForNoOtherOrigin) {
  web::Client client;
  ASSERT_TRUE(client.Connect(gateway_.scaler().ports().metrics));
  const std::string response =
      client.Ask("GET /api/v1/summary HTTP/1.1\r\nHost: a\r\nOrigin: http://evil\r\n\r\n");
  EXPECT_THAT(response, AllOf(HasSubstr("HTTP/1.1 200 OK\r\n"),
                              HasSubstr("\r\nContent-Type: application/json\r\n"),
                              HasSubstr("\r\nCache-Control: no-store\r\n"),
                              HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"),
                              Not(HasSubstr("Access-Control"))));
  EXPECT_THAT(client.Ask("POST /api/v1/summary HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
              HasSubstr("HTTP/1.1 405 "));
  EXPECT_EQ(Get(gateway_.scaler().ports().metrics, "/api/v1/snapshot?limti=5").status, 400);
  EXPECT_EQ(Get(gateway_.scaler().ports().probes, "/api/v1/summary").status, 404);
}

}  // namespace
}  // namespace gpuscaler::e2e
