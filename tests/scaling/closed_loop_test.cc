// The arithmetic closed in a loop: a load, the pods that share it, the answers
// that they bring about, and HPA, which acts on these.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/strings.h"
#include "scaling/evaluation.h"
#include "scaling/hpa.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Metric;
using std::chrono::seconds;

constexpr double kTarget = 80;
constexpr base::Duration kSync = seconds(15);
constexpr size_t kGpusOfANode = 8;

struct ModelPod {
  std::string name;
  size_t place;  // node place / 8, GPU place % 8
  base::SteadyTime created;
  bool worked = false;
};

// A Deployment whose pods hold a GPU each and load their model for a while.
class World {
 public:
  World(HpaMetricType type, double load, base::Duration load_time, int64_t replicas,
        const std::string& warmup_seconds = "300")
      : type_(type),
        load_(load),
        load_time_(load_time),
        hpa_({1, 100, seconds(300)}),
        replicas_(replicas) {
    const std::vector<MetadataEntry> metadata = {
        {"workload", "deployment/llm"},
        {"targetGpuUtilization", "80"},
        {"hpaMetricType", type == HpaMetricType::kValue ? "Value" : "AverageValue"},
        {"warmupSeconds", warmup_seconds}};
    trigger_ = *ParseTrigger(metadata, "ns");
    SetReplicas(now_ - seconds(3600));
    for (ModelPod& pod : pods_) pod.worked = true;
  }

  // `load`: how many replicas it takes at the target.
  void SetLoad(double load) { load_ = load; }
  void CutOff(size_t node) { cut_.push_back(node); }
  void HangKubelets() { hung_since_ = now_; }
  void HealAll() {
    cut_.clear();
    hung_since_.reset();
  }
  void ReplaceAllPods() {
    pods_.clear();
    SetReplicas(now_);
  }

  void Run(base::Duration time) {
    for (const base::SteadyTime end = now_ + time; now_ < end; now_ += kSync) {
      Publish();
      const auto evaluation = Evaluate(trigger_, MakeView(snapshots_), now_, {});
      answered_ = evaluation.ok();
      least_ = std::min(least_, replicas_);
      most_ = std::max(most_, replicas_);
      if (!answered_) continue;  // KEDA reports the error, HPA keeps the replicas
      EXPECT_TRUE(evaluation->active || load_ == 0);
      const int64_t wanted = DesiredReplicas(type_, evaluation->value, kTarget, replicas_, Ready());
      replicas_ = hpa_.Sync(now_, wanted, replicas_);
      SetReplicas(now_);
    }
  }

  int64_t replicas() const { return replicas_; }
  bool answered() const { return answered_; }
  // Since the last Mark.
  int64_t least() const { return least_; }
  int64_t most() const { return most_; }
  void Mark() { least_ = most_ = replicas_; }

 private:
  bool IsLoaded(const ModelPod& pod) const { return now_ - pod.created >= load_time_; }
  int64_t Ready() const {
    return std::count_if(pods_.begin(), pods_.end(),
                         [this](const ModelPod& pod) { return IsLoaded(pod); });
  }

  void SetReplicas(base::SteadyTime created) {
    while (pods_.size() > static_cast<size_t>(replicas_)) pods_.pop_back();  // the youngest
    while (pods_.size() < static_cast<size_t>(replicas_)) {
      // Five of Kubernetes' random characters, counted.
      std::string random;
      for (uint64_t n = next_name_++; random.size() < 5; n /= 20)
        random += "bcdfghjklmnpqrstvwxz"[n % 20];
      pods_.push_back({"llm-7d9c8b5f4d-" + random, FreePlace(), created});
    }
  }
  size_t FreePlace() const {
    for (size_t place = 0;; ++place) {
      const bool taken = std::any_of(pods_.begin(), pods_.end(),
                                     [place](const ModelPod& pod) { return pod.place == place; });
      if (!taken) return place;
    }
  }

  // What the nodes tell at now_; those that are cut off stay as they were.
  void Publish() {
    const double each =
        Ready() == 0 ? 0 : std::min(100.0, kTarget * load_ / static_cast<double>(Ready()));
    size_t nodes = snapshots_.size();
    for (const ModelPod& pod : pods_) nodes = std::max(nodes, pod.place / kGpusOfANode + 1);
    snapshots_.resize(nodes);
    for (size_t node = 0; node < nodes; ++node) {
      if (std::find(cut_.begin(), cut_.end(), node) == cut_.end()) PublishNode(node, each);
    }
  }

  void PublishNode(size_t node, double each) {
    telemetry::Snapshot snapshot;
    snapshot.node = base::StrCat("node-", node);
    auto ownership = std::make_shared<telemetry::Ownership>();
    ownership->listed_at = hung_since_.value_or(now_);
    for (size_t i = 0; i < kGpusOfANode; ++i) {
      telemetry::GpuSnapshot gpu = MakeGpu(static_cast<uint32_t>(i));
      auto identity = std::make_shared<telemetry::GpuIdentity>(*gpu.identity);
      identity->uuid = base::StrCat("GPU-", node, "-", i);
      gpu.identity = identity;
      double utilization = 0;
      for (ModelPod& pod : pods_) {
        if (pod.place != node * kGpusOfANode + i) continue;
        utilization = IsLoaded(pod) ? each : 0;
        pod.worked = pod.worked || utilization > 5;
        ownership->pods.push_back({"ns", pod.name, pod.created, {identity->uuid}});
        snapshot.pods_worked.push_back(pod.worked);
      }
      gpu.readings.Set(Metric::kGpuUtilization, utilization, now_);
      snapshot.gpus.push_back(std::move(gpu));
    }
    snapshot.ownership = std::move(ownership);
    snapshots_[node] = std::move(snapshot);
  }

  const HpaMetricType type_;
  double load_;
  const base::Duration load_time_;
  HpaModel hpa_;
  int64_t replicas_;
  Trigger trigger_;
  base::SteadyTime now_ = kNow;
  std::vector<ModelPod> pods_;
  std::vector<telemetry::Snapshot> snapshots_;
  std::vector<size_t> cut_;
  std::optional<base::SteadyTime> hung_since_;
  uint64_t next_name_ = 0;
  bool answered_ = false;
  int64_t least_ = 1'000'000;
  int64_t most_ = 0;
};

constexpr HpaMetricType kTypes[] = {HpaMetricType::kAverageValue, HpaMetricType::kValue};

// Any count is right whose utilization is within HPA's tolerance of the target.
void ExpectRight(const World& world, double load) {
  const double ratio = load / static_cast<double>(world.replicas());
  EXPECT_GE(ratio, 1 - kHpaTolerance - 1e-9) << world.replicas() << " replicas for " << load;
  EXPECT_LE(ratio, 1 + kHpaTolerance + 1e-9) << world.replicas() << " replicas for " << load;
}

TEST(ClosedLoop, ReachesTheRightCountAndSettles) {
  for (const HpaMetricType type : kTypes) {
    for (const double load : {1.0, 2.0, 3.0, 8.0, 50.0}) {
      for (const int64_t start : {int64_t{1}, int64_t{60}}) {
        World world(type, load, seconds(30), start);
        world.Run(seconds(5400));
        ExpectRight(world, load);
        world.Mark();
        world.Run(seconds(1800));
        EXPECT_EQ(world.least(), world.most()) << "it has settled, load " << load;
      }
    }
  }
}

TEST(ClosedLoop, FollowsALoadUpAndDown) {
  for (const HpaMetricType type : kTypes) {
    World world(type, 1, seconds(30), 1);
    for (const double load : {1.0, 4.0, 9.0, 2.0}) {
      world.SetLoad(load);
      world.Run(seconds(3600));
      ExpectRight(world, load);
    }
  }
}

TEST(ClosedLoop, ModelsThatLoadForMinutesOvershootByAQuarterAndOneAtMost) {
  for (const HpaMetricType type : kTypes) {
    for (const int64_t load_time : {60, 180, 400}) {
      for (const double load : {3.0, 8.0, 50.0}) {
        World world(type, load, seconds(load_time), 1);
        world.Run(seconds(3 * 3600));
        EXPECT_LE(static_cast<double>(world.most()), 1.25 * load + 1)
            << "load " << load << ", " << load_time << " s";
        ExpectRight(world, load);
      }
    }
  }
}

TEST(ClosedLoop, ABusyWorkloadNeverShrinksForWantOfData) {
  for (const HpaMetricType type : kTypes) {
    World world(type, 80, seconds(400), 80, "400");  // ten nodes of eight
    world.Run(seconds(900));
    ASSERT_EQ(world.replicas(), 80);
    world.Mark();
    world.CutOff(3);
    world.Run(seconds(600));
    EXPECT_EQ(world.least(), 80) << "one of ten nodes is cut off";
    EXPECT_EQ(world.most(), 80);
    world.CutOff(7);
    world.Run(seconds(600));
    EXPECT_EQ(world.least(), 80) << "two of ten";
    world.HealAll();
    world.HangKubelets();
    world.Run(seconds(600));
    EXPECT_FALSE(world.answered());
    EXPECT_EQ(world.least(), 80) << "no kubelet answers";
    world.HealAll();
    world.ReplaceAllPods();
    world.Run(seconds(900));
    EXPECT_EQ(world.least(), 80) << "all pods were replaced at once and load their model";
    EXPECT_EQ(world.most(), 80);
  }
}

}  // namespace
}  // namespace gpuscaler::scaling
