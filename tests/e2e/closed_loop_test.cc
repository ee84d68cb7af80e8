// The arithmetic closed in a loop through two gateways of the real binary: nodes report
// over streams, HPA acts on what KEDA's calls get, and its replicas change what the
// nodes report. Thirty times as fast as a cluster: an HPA sync every half second.
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "e2e/fleet_world.h"
#include "fleet/reporter.h"
#include "scaling/model_workload.h"

namespace gpuscaler::e2e {
namespace {

using scaling::HpaMetricType;
using std::chrono::milliseconds;

constexpr int kSpeed = 30;
constexpr base::Duration kReadEvery = milliseconds(50);
constexpr HpaMetricType kTypes[] = {HpaMetricType::kAverageValue, HpaMetricType::kValue};

// Of the cluster, in the test's time.
constexpr base::Duration Seconds(int64_t seconds) {
  return base::Duration(std::chrono::seconds(seconds)) / kSpeed;
}

// A node's half of the product without hardware.
class ReportingNode {
 public:
  explicit ReportingNode(const std::vector<fleet::GatewayName>& gateways) : gateways_(gateways) {}
  ~ReportingNode() { CutOff(); }

  void Read(telemetry::Snapshot snapshot) {
    if (cut_) return;
    store_.Publish(std::make_shared<const telemetry::Snapshot>(std::move(snapshot)));
    if (reporter_ == nullptr) Connect();
  }
  void CutOff() {
    cut_ = true;
    if (reporter_ == nullptr) return;
    EXPECT_TRUE(reporter_->StopWithin(std::chrono::seconds(20)));
    reporter_.reset();
  }
  void Heal() { cut_ = false; }

 private:
  void Connect() {
    fleet::Reporter::Options options;
    options.gateways = gateways_;
    options.link.version = "test";
    options.link.credentials = [] { return grpc::InsecureChannelCredentials(); };
    reporter_ = std::make_unique<fleet::Reporter>(std::move(options), store_);
  }

  const std::vector<fleet::GatewayName>& gateways_;
  telemetry::Store store_;
  bool cut_ = false;
  std::unique_ptr<fleet::Reporter> reporter_;
};

// A workload with nodes and an HPA of its own.
class Loop {
 public:
  Loop(HpaMetricType type, scaling::ModelWorkload::Options options,
       const std::vector<fleet::GatewayName>& gateways)
      : load_(options.load),
        gateways_(gateways),
        workload_(options, base::Now()),
        hpa_(type, {1, 100, Seconds(300)}, options.replicas),
        // As advised where a model loads for longer than 300 s; rounded up.
        metadata_(
            workload_.Metadata(type, std::to_string(std::max(Seconds(300), options.load_time) /
                                                        base::Duration(std::chrono::seconds(1)) +
                                                    1))) {}

  void Read(base::SteadyTime now) {
    std::vector<telemetry::Snapshot> read = workload_.Read(now);
    while (nodes_.size() < read.size()) {
      nodes_.push_back(std::make_unique<ReportingNode>(gateways_));
    }
    for (size_t i = 0; i < read.size(); ++i) nodes_[i]->Read(std::move(read[i]));
  }
  void Sync(Keda& keda, base::SteadyTime now) {
    const auto value = keda.Value(metadata_);
    const auto active = keda.IsActive(metadata_);
    EXPECT_TRUE(!active.ok() || *active) << workload_.name() << " is busy";
    hpa_.Sync(workload_, value, now);
  }

  double load() const { return load_; }
  scaling::ModelWorkload& workload() { return workload_; }
  scaling::ModelHpa& hpa() { return hpa_; }
  ReportingNode& node(size_t i) { return *nodes_[i]; }
  const Metadata& metadata() const { return metadata_; }

 private:
  const double load_;
  const std::vector<fleet::GatewayName>& gateways_;
  scaling::ModelWorkload workload_;
  scaling::ModelHpa hpa_;
  const Metadata metadata_;
  std::vector<std::unique_ptr<ReportingNode>> nodes_;
};

class ClosedLoop : public testing::Test {
 protected:
  ClosedLoop() {
    for (FleetGateway& gateway : gateways_) {
      gateway.Start();
      names_.push_back({"127.0.0.1", gateway.report_port()});
    }
  }

  Loop& Add(HpaMetricType type, double load, base::Duration load_time, int64_t replicas) {
    scaling::ModelWorkload::Options options = {base::StrCat("llm-", loops_.size()), load, load_time,
                                               replicas};
    loops_.push_back(std::make_unique<Loop>(type, options, names_));
    return *loops_.back();
  }

  // Until every gateway knows every workload.
  void Open() {
    for (const auto& loop : loops_) loop->Read(base::Now());
    for (FleetGateway& gateway : gateways_) {
      ASSERT_TRUE(gateway.scaler().AwaitServing());
      for (const auto& loop : loops_) {
        ASSERT_TRUE(Await([&] {
          loop->Read(base::Now());
          return gateway.keda().Value(loop->metadata()).value_or(0) > 0;
        }));
      }
    }
  }

  void Run(base::Duration time) {
    base::SteadyTime sync_at = base::Now();
    for (const base::SteadyTime end = sync_at + time; base::Now() < end;) {
      const base::SteadyTime now = base::Now();
      for (const auto& loop : loops_) loop->Read(now);
      if (now >= sync_at) {
        Keda& keda = ReadyGateway();
        for (const auto& loop : loops_) loop->Sync(keda, base::Now());
        sync_at = now + Seconds(15);
      }
      std::this_thread::sleep_until(now + kReadEvery);  // the world's clock
    }
  }

  // As a Service does: one of those that are ready, in turns.
  Keda& ReadyGateway() {
    for (int tries = 0;; ++tries) {
      FleetGateway& gateway = gateways_[next_++ % 2];
      if (!gateway.running()) continue;
      if (tries > 10 || gateway.keda().Health() == "SERVING") return gateway.keda();
    }
  }

  FleetGateway gateways_[2];
  std::vector<fleet::GatewayName> names_;
  std::vector<std::unique_ptr<Loop>> loops_;
  size_t next_ = 0;
};

TEST_F(ClosedLoop, ReachesTheRightCountAndSettles) {
  for (const HpaMetricType type : kTypes) {
    for (const double load : {1.0, 2.0, 3.0, 8.0, 50.0}) Add(type, load, Seconds(30), 1);
    Add(type, 8, Seconds(30), 20);
  }
  Open();
  Run(Seconds(1200));
  for (const auto& loop : loops_) loop->hpa().Mark(loop->workload());
  Run(Seconds(450));
  for (const auto& loop : loops_) {
    ExpectRight(loop->workload(), loop->load());
    EXPECT_EQ(loop->hpa().least(), loop->hpa().most()) << "it has settled, load " << loop->load();
  }
}

struct LoadTime {
  int64_t seconds;
  double climbs;  // from the load / climbs
  int64_t run;    // s: three climbs of 1.25 each load time double it
};

class SlowModels : public ClosedLoop, public testing::WithParamInterface<LoadTime> {};

TEST_P(SlowModels, OvershootByAQuarterAndOneAtMost) {
  for (const HpaMetricType type : kTypes) {
    for (const double load : {3.0, 8.0, 50.0}) {
      const auto replicas = static_cast<int64_t>(std::max(1.0, load / GetParam().climbs));
      Add(type, load, Seconds(GetParam().seconds), replicas);
    }
  }
  Open();
  Run(Seconds(GetParam().run));
  for (const auto& loop : loops_) {
    EXPECT_LE(static_cast<double>(loop->hpa().most()), 1.25 * loop->load() + 1)
        << "load " << loop->load();
    ExpectRight(loop->workload(), loop->load());
  }
}

INSTANTIATE_TEST_SUITE_P(LoadTimes, SlowModels,
                         testing::Values(LoadTime{60, 50, 1800}, LoadTime{180, 4, 1800},
                                         LoadTime{400, 2, 2100}),
                         [](const auto& each) { return std::to_string(each.param.seconds) + "s"; });

TEST_F(ClosedLoop, ABusyWorkloadNeverShrinksForWantOfData) {
  for (const HpaMetricType type : kTypes) Add(type, 80, Seconds(400), 80);  // ten nodes each
  Open();
  const auto expect_80 = [this](const std::string& when) {
    for (const auto& loop : loops_) {
      EXPECT_EQ(loop->hpa().least(), 80) << when;
      EXPECT_EQ(loop->hpa().most(), 80) << when;
    }
  };
  Run(Seconds(150));
  expect_80("at the start");
  for (const auto& loop : loops_) loop->node(3).CutOff();
  Run(Seconds(300));
  expect_80("one of ten nodes is cut off");
  for (const auto& loop : loops_) loop->node(3).Heal();
  Run(Seconds(60));

  for (const auto& loop : loops_) loop->workload().HangKubelets(base::Now());
  Run(Seconds(300));
  for (const auto& loop : loops_) EXPECT_FALSE(loop->hpa().answered());
  expect_80("no kubelet answers");
  for (const auto& loop : loops_) loop->workload().HangKubelets(std::nullopt);
  Run(Seconds(60));

  for (FleetGateway& gateway : gateways_) {
    gateway.Stop();
    Run(Seconds(60));
    gateway.Start();
    Run(Seconds(180));
    expect_80("a gateway was restarted");
  }
  for (const auto& loop : loops_) loop->workload().ReplaceAllPods(base::Now());
  Run(Seconds(700));
  expect_80("all pods were replaced at once and load their model");
}

}  // namespace
}  // namespace gpuscaler::e2e
