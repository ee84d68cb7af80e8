#include "telemetry/pod_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

namespace gpuscaler::telemetry {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Names = std::vector<std::pair<std::string, std::string>>;  // namespace, name

Ownership Holding(Names names) {
  std::sort(names.begin(), names.end());
  Ownership ownership;
  for (auto& [pod_namespace, name] : names) {
    ownership.pods.push_back({std::move(pod_namespace), std::move(name), {}, {"GPU-0"}});
  }
  return ownership;
}

// An index and what its nodes hold, as a view would keep them.
class Fleet {
 public:
  void Set(const std::string& node, Names names) {
    auto next = std::make_unique<Ownership>(Holding(std::move(names)));
    Change(node, next.get());
    held_[node] = std::move(next);
  }
  void Remove(const std::string& node) {
    Change(node, nullptr);
    held_.erase(node);
  }
  std::vector<std::string_view> NodesOf(const std::string& kind, const std::string& name,
                                        const std::string& pod_namespace = "ns") const {
    return index_.NodesOf(*catalog::FindWorkloadKind(kind), pod_namespace, name);
  }
  // Nodes that hold pods of the workload, by a look at every pod.
  std::vector<std::string> Scanned(const std::string& kind, const std::string& name,
                                   const std::string& pod_namespace = "ns") const {
    std::vector<std::string> nodes;
    for (const auto& [node, ownership] : held_) {
      if (std::any_of(ownership->pods.begin(), ownership->pods.end(), [&](const Pod& pod) {
            return pod.pod_namespace == pod_namespace &&
                   catalog::FindWorkloadKind(kind)->replica(pod.name, name);
          })) {
        nodes.push_back(node);
      }
    }
    return nodes;
  }
  // The same, made at once.
  PodIndex AtOnce() const {
    std::vector<PodIndex::Change> changes;
    for (const auto& [node, ownership] : held_) changes.push_back({node, nullptr, ownership.get()});
    return PodIndex().With(changes);
  }
  const PodIndex& index() const { return index_; }

 private:
  void Change(const std::string& node, const Ownership* after) {
    const auto held = held_.find(node);
    const Ownership* before = held == held_.end() ? nullptr : held->second.get();
    index_ = index_.With(std::array<PodIndex::Change, 1>{{{node, before, after}}});
  }

  PodIndex index_;
  std::map<std::string, std::unique_ptr<Ownership>> held_;
};

const std::string kLlm1 = "llm-7d9c8b5f4d-x2b4k";
const std::string kLlm2 = "llm-7d9c8b5f4d-zzzzz";

TEST(PodIndex, AnEmptyOneFindsNothing) {
  EXPECT_THAT(Fleet().NodesOf("deployment", "llm"), IsEmpty());
  EXPECT_THAT(Fleet().NodesOf("pods", "*"), IsEmpty());
}

TEST(PodIndex, FindsTheNodesOfAWorkloadOfEveryKindInOrderAndEachOnce) {
  Fleet fleet;
  fleet.Set("b", {{"ns", kLlm1}, {"ns", kLlm2}});
  fleet.Set("a", {{"ns", "llm-0"}, {"ns", kLlm2}});
  fleet.Set("c", {{"ns", "train-3-x2b4k"}, {"ns", "agent-x2b4k"}, {"other", kLlm1}});
  fleet.Set("d", {{"ns", "big-2-1"}, {"ns", "notebook"}});
  EXPECT_THAT(fleet.NodesOf("deployment", "llm"), ElementsAre("a", "b"));
  EXPECT_THAT(fleet.NodesOf("deployment", "llm", "other"), ElementsAre("c"));
  EXPECT_THAT(fleet.NodesOf("job", "train"), ElementsAre("c"));
  EXPECT_THAT(fleet.NodesOf("daemonset", "agent"), ElementsAre("c"));
  EXPECT_THAT(fleet.NodesOf("leaderworkerset", "big"), ElementsAre("d"));
  EXPECT_THAT(fleet.NodesOf("deployment", "chat"), IsEmpty());
  EXPECT_THAT(fleet.NodesOf("deployment", "llm", "third"), IsEmpty());
  EXPECT_THAT(fleet.NodesOf("pods", "note*"), ElementsAre("a", "b", "c", "d"))
      << "a glob asks for the whole namespace";
  EXPECT_THAT(fleet.NodesOf("pods", "*", "other"), ElementsAre("c"));
}

TEST(PodIndex, AnEmptyNamespaceIsOneToo) {
  Fleet fleet;
  fleet.Set("a", {{"", kLlm1}});
  EXPECT_THAT(fleet.NodesOf("deployment", "llm", ""), ElementsAre("a"));
  EXPECT_THAT(fleet.NodesOf("pods", "*", ""), ElementsAre("a"));
  EXPECT_THAT(fleet.NodesOf("deployment", "llm"), IsEmpty());
}

TEST(PodIndex, FindsCutNamesByTheirNamespace) {
  const std::string k60(60, 'a');
  Fleet fleet;
  fleet.Set("a", {{"ns", k60.substr(0, 58) + "x2b4k"}});
  fleet.Set("b", {{"other", "notebook"}});
  for (const std::string kind : {"deployment", "rollout", "daemonset", "job"}) {
    EXPECT_THAT(fleet.NodesOf(kind, k60), ElementsAre("a")) << kind;
  }
  EXPECT_THAT(fleet.NodesOf("statefulset", k60), IsEmpty());
}

TEST(PodIndex, FollowsPodsThatComeGoAndMove) {
  Fleet fleet;
  fleet.Set("a", {{"ns", kLlm1}});
  fleet.Set("a", {{"ns", kLlm1}, {"ns", kLlm2}});
  EXPECT_THAT(fleet.NodesOf("deployment", "llm"), ElementsAre("a"));
  fleet.Set("a", {{"ns", kLlm2}});
  EXPECT_THAT(fleet.NodesOf("deployment", "llm"), ElementsAre("a")) << "one of two has gone";
  fleet.Set("b", {{"ns", kLlm2}});
  fleet.Set("a", {});
  EXPECT_THAT(fleet.NodesOf("deployment", "llm"), ElementsAre("b")) << "it has moved";
  fleet.Set("b", {{"ns", "chat-7d9c8b5f4d-zzzzz"}});
  EXPECT_THAT(fleet.NodesOf("deployment", "llm"), IsEmpty());
  EXPECT_THAT(fleet.NodesOf("deployment", "chat"), ElementsAre("b"));
  fleet.Set("b", {{"other", "chat-7d9c8b5f4d-zzzzz"}});
  EXPECT_THAT(fleet.NodesOf("deployment", "chat"), IsEmpty());
  EXPECT_THAT(fleet.NodesOf("pods", "*"), IsEmpty());
  fleet.Remove("b");
  EXPECT_THAT(fleet.NodesOf("pods", "*", "other"), IsEmpty());
  fleet.Remove("b");
}

TEST(PodIndex, OneOnceMadeNeverChanges) {
  Fleet fleet;
  fleet.Set("a", {{"ns", kLlm1}});
  const PodIndex before = fleet.index();
  fleet.Remove("a");
  fleet.Set("b", {{"ns", kLlm1}});
  EXPECT_THAT(before.NodesOf(*catalog::FindWorkloadKind("deployment"), "ns", "llm"),
              ElementsAre("a"));
}

// Where no name changes nothing is copied: the names that it answers are where
// they were. And a node's name is in memory once, whichever key finds it.
TEST(PodIndex, SharesWhatDoesNotChange) {
  Fleet fleet;
  fleet.Set("a", {{"ns", kLlm1}});
  const char* name = fleet.NodesOf("deployment", "llm")[0].data();
  fleet.Set("a", {{"ns", kLlm1}});
  EXPECT_EQ(fleet.NodesOf("deployment", "llm")[0].data(), name);
  fleet.Set("a", {{"ns", kLlm1}, {"ns", "chat-0"}});
  EXPECT_EQ(fleet.NodesOf("statefulset", "chat")[0].data(), name);
  EXPECT_EQ(fleet.NodesOf("pods", "*")[0].data(), name);
}

TEST(PodIndex, NeverLacksANodeWhateverComesAndGoes) {
  std::mt19937 random(8);
  const auto pick = [&random](const auto& from) { return from[random() % std::size(from)]; };
  const std::string stems[] = {"llm",
                               "llm-0",
                               "a",
                               "train-3",
                               std::string(46, 'b'),
                               std::string(47, 'b'),
                               std::string(57, 'b')};
  const std::string tails[] = {"",      "-0",       "-1-2", "-x2b4k", "-7d9c8b5f4d-x2b4k",
                               "x2b4k", "-12-zzzzz"};
  const std::string namespaces[] = {"ns", "other"};
  Fleet fleet;
  for (int round = 0; round < 400; ++round) {
    const std::string node = "node-" + std::to_string(random() % 12);
    std::set<std::pair<std::string, std::string>> names;
    for (size_t i = random() % 5; i > 0; --i) {
      names.insert({pick(namespaces), pick(stems).substr(0, 58) + pick(tails)});
    }
    if (random() % 8 == 0) {
      fleet.Remove(node);
    } else {
      fleet.Set(node, {names.begin(), names.end()});
    }
    const PodIndex at_once = fleet.AtOnce();
    for (const catalog::WorkloadKindRow& kind : catalog::WorkloadKinds()) {
      for (const std::string& stem : stems) {
        const std::string row(kind.name);
        const auto found = fleet.NodesOf(row, stem);
        ASSERT_EQ(found, at_once.NodesOf(kind, "ns", stem)) << row << "/" << stem;
        ASSERT_TRUE(std::is_sorted(found.begin(), found.end()));
        for (const std::string& scanned : fleet.Scanned(row, stem)) {
          ASSERT_TRUE(std::find(found.begin(), found.end(), scanned) != found.end())
              << row << "/" << stem << " on " << scanned;
        }
      }
    }
  }
}

}  // namespace
}  // namespace gpuscaler::telemetry
