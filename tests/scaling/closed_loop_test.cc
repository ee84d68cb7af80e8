// The arithmetic closed in a loop: a load, the pods that share it, the answers
// that they bring about, and HPA, which acts on these.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "scaling/evaluation.h"
#include "scaling/model_workload.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using std::chrono::seconds;

constexpr base::Duration kSync = seconds(15);

// One workload, alone with its nodes.
class World {
 public:
  World(HpaMetricType type, double load, base::Duration load_time, int64_t replicas,
        const std::string& warmup_seconds = "300")
      : load_(load), workload_({"llm", load, load_time, replicas}, kNow), hpa_(type, {}, replicas) {
    const auto metadata = workload_.Metadata(type, warmup_seconds);
    std::vector<MetadataEntry> entries;
    for (const auto& [key, value] : metadata) entries.push_back({key, value});
    trigger_ = *ParseTrigger(entries, kModelNamespace);
  }

  void SetLoad(double load) { workload_.SetLoad(load_ = load); }
  void CutOff(size_t node) { cut_.push_back(node); }
  void HangKubelets() { workload_.HangKubelets(now_); }
  void HealAll() {
    cut_.clear();
    workload_.HangKubelets(std::nullopt);
  }
  void ReplaceAllPods() { workload_.ReplaceAllPods(now_); }

  void Run(base::Duration time) {
    for (const base::SteadyTime end = now_ + time; now_ < end; now_ += kSync) {
      Publish();
      const auto evaluation = Evaluate(trigger_, MakeView(snapshots_), now_, {});
      EXPECT_TRUE(!evaluation.ok() || evaluation->active || load_ == 0);
      hpa_.Sync(workload_,
                evaluation.ok() ? absl::StatusOr<double>(evaluation->value) : evaluation.status(),
                now_);
    }
  }

  const ModelWorkload& workload() const { return workload_; }
  int64_t replicas() const { return workload_.replicas(); }
  const ModelHpa& hpa() const { return hpa_; }
  void Mark() { hpa_.Mark(workload_); }

 private:
  // Nodes that are cut off stay as they were.
  void Publish() {
    std::vector<telemetry::Snapshot> read = workload_.Read(now_);
    snapshots_.resize(read.size());
    for (size_t node = 0; node < read.size(); ++node) {
      if (std::find(cut_.begin(), cut_.end(), node) != cut_.end()) continue;
      snapshots_[node] = std::move(read[node]);
    }
  }

  double load_;
  base::SteadyTime now_ = kNow;
  ModelWorkload workload_;
  ModelHpa hpa_;
  Trigger trigger_;
  std::vector<telemetry::Snapshot> snapshots_;
  std::vector<size_t> cut_;
};

constexpr HpaMetricType kTypes[] = {HpaMetricType::kAverageValue, HpaMetricType::kValue};

TEST(ClosedLoop, ReachesTheRightCountAndSettles) {
  for (const HpaMetricType type : kTypes) {
    for (const double load : {1.0, 2.0, 3.0, 8.0, 50.0}) {
      for (const int64_t start : {int64_t{1}, int64_t{60}}) {
        World world(type, load, seconds(30), start);
        world.Run(seconds(5400));
        ExpectRight(world.workload(), load);
        world.Mark();
        world.Run(seconds(1800));
        EXPECT_EQ(world.hpa().least(), world.hpa().most()) << "it has settled, load " << load;
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
      ExpectRight(world.workload(), load);
    }
  }
}

TEST(ClosedLoop, ModelsThatLoadForMinutesOvershootByAQuarterAndOneAtMost) {
  for (const HpaMetricType type : kTypes) {
    for (const int64_t load_time : {60, 180, 400}) {
      for (const double load : {3.0, 8.0, 50.0}) {
        World world(type, load, seconds(load_time), 1);
        world.Run(seconds(3 * 3600));
        EXPECT_LE(static_cast<double>(world.hpa().most()), 1.25 * load + 1)
            << "load " << load << ", " << load_time << " s";
        ExpectRight(world.workload(), load);
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
    EXPECT_EQ(world.hpa().least(), 80) << "one of ten nodes is cut off";
    EXPECT_EQ(world.hpa().most(), 80);
    world.CutOff(7);
    world.Run(seconds(600));
    EXPECT_EQ(world.hpa().least(), 80) << "two of ten";
    world.HealAll();
    world.HangKubelets();
    world.Run(seconds(600));
    EXPECT_FALSE(world.hpa().answered());
    EXPECT_EQ(world.hpa().least(), 80) << "no kubelet answers";
    world.HealAll();
    world.ReplaceAllPods();
    world.Run(seconds(900));
    EXPECT_EQ(world.hpa().least(), 80) << "all pods were replaced at once and load their model";
    EXPECT_EQ(world.hpa().most(), 80);
  }
}

}  // namespace
}  // namespace gpuscaler::scaling
