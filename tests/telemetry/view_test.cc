#include "telemetry/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace gpuscaler::telemetry {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr base::SteadyTime kListedAt{seconds(1000)};

using Node = std::shared_ptr<const Snapshot>;

// A node that holds these pods of the namespace "ns", and told so then.
Node Of(const std::string& name, const std::vector<std::string>& pods = {}, uint64_t sequence = 1,
        base::SteadyTime listed_at = kListedAt) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->node = name;
  snapshot->sequence = sequence;
  auto ownership = std::make_shared<Ownership>();
  ownership->listed_at = listed_at;
  for (const std::string& pod : pods) ownership->pods.push_back({"ns", pod, {}, {"GPU-0"}});
  snapshot->ownership = ownership;
  snapshot->pods_worked.resize(pods.size());
  return snapshot;
}

Node AskingNobody(const std::string& name) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->node = name;
  return snapshot;
}

std::vector<std::string> Names(const View& view) {
  std::vector<std::string> names;
  for (const Node& node : view.nodes())
    names.push_back(node->node + std::to_string(node->sequence));
  return names;
}

std::vector<std::string> NodesOf(const View& view, const std::string& name,
                                 const std::string& kind = "statefulset") {
  std::vector<std::string> names;
  for (const Snapshot* node : view.NodesOf(*catalog::FindWorkloadKind(kind), "ns", name)) {
    names.push_back(node->node);
  }
  return names;
}

TEST(View, OfNoNodeKnowsNothing) {
  const View view;
  EXPECT_THAT(view.nodes(), IsEmpty());
  EXPECT_THAT(NodesOf(view, "llm"), IsEmpty());
  EXPECT_FALSE(view.anybody_asks());
  EXPECT_EQ(view.UntoldSince(kListedAt, 3).count, 0u);
}

TEST(View, IsMadeOfNodesInAnyOrder) {
  const View view({Of("m", {"llm-0"}), Of("z"), Of("a", {"llm-1"}), Of("m", {"chat-0"}, 2)});
  EXPECT_THAT(Names(view), ElementsAre("a1", "m2", "z1")) << "of two of a name the later one stays";
  EXPECT_THAT(NodesOf(view, "llm"), ElementsAre("a"));
  EXPECT_THAT(NodesOf(view, "chat"), ElementsAre("m"));
  EXPECT_THAT(NodesOf(view, "*", "pods"), ElementsAre("a", "m"));
}

TEST(View, ABatchReplacesAddsAndTakesAway) {
  const View first({Of("b", {"llm-0"}), Of("d", {"llm-1"}), Of("f", {"llm-2"})});
  const View next = first.With({{Of("g"), Of("d", {"llm-1"}, 2), Of("a", {"llm-3"})}, {"b", "x"}});
  EXPECT_THAT(Names(next), ElementsAre("a1", "d2", "f1", "g1"));
  EXPECT_THAT(NodesOf(next, "llm"), ElementsAre("a", "d", "f"));
  EXPECT_THAT(Names(first), ElementsAre("b1", "d1", "f1"));
  EXPECT_THAT(NodesOf(first, "llm"), ElementsAre("b", "d", "f"));
  EXPECT_THAT(NodesOf(next.With({{}, {"a", "d", "f", "g"}}), "llm"), IsEmpty());
  EXPECT_THAT(Names(next.With({{Of("d", {}, 3)}, {"d"}})), ElementsAre("a1", "d3", "f1", "g1"))
      << "what is there again is not gone";
}

TEST(View, KnowsWhoHasNotToldAndWhetherAnybodyAsks) {
  const View view({Of("c"), Of("a"), AskingNobody("d"), Of("b", {}, 1, kListedAt - seconds(1))});
  const UntoldNodes untold = view.UntoldSince(kListedAt, 1);
  EXPECT_EQ(untold.count, 2u);
  ASSERT_EQ(untold.first.size(), 1u);
  EXPECT_EQ(untold.first[0]->node, "b");
  const View mended = view.With({{Of("b")}, {"d"}});
  EXPECT_EQ(mended.UntoldSince(kListedAt, 1).count, 0u);
  EXPECT_TRUE(mended.anybody_asks());
  EXPECT_FALSE(mended.With({{AskingNobody("a")}, {"b", "c"}}).anybody_asks());
}

// One batch after another ends where all at once begins.
TEST(View, OfManyBatchesIsTheOneOfItsNodes) {
  std::mt19937 random(3);
  View view;
  for (int round = 0; round < 200; ++round) {
    Batch batch;
    for (size_t i = random() % 20; i > 0; --i) {
      std::vector<std::string> pods;
      for (int pod = 0; pod < 3; ++pod) {
        if (random() % 2 == 0) pods.push_back("llm" + std::to_string(pod) + "-0");
      }
      batch.snapshots.push_back(
          Of("n" + std::to_string(random() % 150), pods, 1, kListedAt - seconds(random() % 3)));
    }
    for (size_t i = random() % 4; i > 0; --i) {
      batch.gone.push_back("n" + std::to_string(random() % 150));
    }
    view = view.With(std::move(batch));
    const View same(view.nodes());
    ASSERT_EQ(Names(view), Names(same));
    for (const std::string name : {"llm0", "llm1", "llm2"}) {
      ASSERT_EQ(NodesOf(view, name), NodesOf(same, name));
    }
    ASSERT_EQ(NodesOf(view, "*", "pods"), NodesOf(same, "*", "pods"));
    ASSERT_EQ(view.UntoldSince(kListedAt, 3).first, same.UntoldSince(kListedAt, 3).first);
    ASSERT_EQ(view.UntoldSince(kListedAt, 3).count, same.UntoldSince(kListedAt, 3).count);
  }
}

}  // namespace
}  // namespace gpuscaler::telemetry
