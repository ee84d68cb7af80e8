// The pages of the JSON API, made of a view.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "scaling/node_maker.h"
#include "web/snapshot_page.h"
#include "web/summary.h"
#include "web/workload_page.h"

namespace gpuscaler::web {
namespace {

using scaling::kNow;
using scaling::NodeMaker;
using scaling::Seconds;
using testing::ElementsAre;

const Ages kGateway = {std::chrono::seconds(10), true};
const Ages kNode = {std::chrono::seconds(10), false};
const PageTime kTime = {kNow, base::WallTime(std::chrono::seconds(1'769'860'800))};

telemetry::Snapshot Aged(telemetry::Snapshot node, double read, double heard) {
  for (telemetry::LaneState& lane : node.lanes) lane.sampled_at = kNow - Seconds(read);
  node.taken_at = kNow - Seconds(heard);
  return node;
}

// node-a is fresh, node-b is heard but not read, node-c is silent.
std::shared_ptr<const telemetry::View> Fleet() {
  NodeMaker a("node-a");
  const std::string a0 = a.Gpu(90);
  const std::string a1 = a.Gpu(50);
  a.Pod("llm-7d9c8b5f4d-22222", {a0}, Seconds(100)).Pod("big-0", {a1}, {}, false);
  a.Gpu(0);
  a.Lose(2);
  NodeMaker b("node-b");
  const std::string b0 = b.Gpu(10, Seconds(30));
  b.Pod("llm-7d9c8b5f4d-x2b4k", {b0}, Seconds(40)).Pod("big-0-1", {b0}, Seconds(7));
  NodeMaker c("node-c");
  c.Pod("big-1", {c.Gpu(70, Seconds(60))}, {}, true, "other");
  c.Listed(Seconds(60), absl::UnavailableError("kubelet is gone"));
  return scaling::MakeView(
      {Aged(a.Make(), 0.25, 0.2), Aged(b.Make(), 30, 1), Aged(c.Make(), 60, 60)});
}

std::vector<std::string> Nodes(const api::v1::SnapshotPage& page) {
  std::vector<std::string> names;
  for (const api::v1::Node& node : page.nodes()) names.push_back(node.node());
  return names;
}

TEST(NodeState, FollowsTheAgesOfReadingsAndOfReports) {
  const auto view = Fleet();
  const auto state = [&](size_t node, const Ages& ages, double later = 0) {
    return StateOf(*view->nodes()[node], ages, kNow + Seconds(later));
  };
  EXPECT_EQ(state(0, kGateway), NodeState::kFresh);
  EXPECT_EQ(state(1, kGateway), NodeState::kStale);
  EXPECT_EQ(state(2, kGateway), NodeState::kLost);
  EXPECT_EQ(state(2, kNode), NodeState::kStale) << "a node hears itself";
  EXPECT_EQ(state(0, kGateway, 9.75), NodeState::kFresh);
  EXPECT_EQ(state(0, kGateway, 9.76), NodeState::kStale);
  EXPECT_EQ(state(0, kGateway, 9.81), NodeState::kLost);
}

TEST(NodeState, IsStaleWhereEveryGpuIsLostThoughTheNodeAnswers) {
  NodeMaker node("node-a");
  node.Gpu(90);
  node.Gpu(50);
  node.Lose(0);
  EXPECT_EQ(StateOf(Aged(node.Make(), 0.1, 0.1), kGateway, kNow), NodeState::kFresh);
  node.Lose(1);
  const telemetry::Snapshot lost = Aged(node.Make(), 0.1, 0.1);
  EXPECT_EQ(StateOf(lost, kGateway, kNow), NodeState::kStale);
  EXPECT_EQ(StateOf(lost, kNode, kNow), NodeState::kStale);
  EXPECT_EQ(ReadingAge(lost, kNow), std::nullopt) << "they are gone, not old";
  api::v1::Summary summary;
  SummarizeView(*scaling::MakeView({lost}), kNode, kTime, summary);
  EXPECT_EQ(summary.coverage_percent(), 0);
  EXPECT_EQ(summary.nodes().stale(), 1u);
}

TEST(NodeState, OfANodeWithoutGpusIsFreshAndNoPartOfTheCoverage) {
  const telemetry::Snapshot none = Aged(NodeMaker("node-a").Make(), 0.1, 0.1);
  EXPECT_EQ(StateOf(none, kNode, kNow), NodeState::kFresh);
  api::v1::Summary summary;
  SummarizeView(*scaling::MakeView({none}), kNode, kTime, summary);
  EXPECT_FALSE(summary.has_coverage_percent());
  EXPECT_EQ(summary.nodes().fresh(), 1u);
}

TEST(SnapshotPage, ShowsNodesGpusAndWhoHoldsThem) {
  const auto page = MakeSnapshotPage(*Fleet(), {}, kGateway, kTime, nullptr);
  EXPECT_EQ(page.at().seconds(), 1'769'860'800);
  EXPECT_EQ(page.total(), 3u);
  EXPECT_EQ(page.next(), "");
  ASSERT_EQ(page.nodes_size(), 3);
  const api::v1::Node& a = page.nodes(0);
  EXPECT_EQ(a.state(), api::v1::FRESH);
  EXPECT_EQ(a.reading_age_seconds(), 0.25);
  EXPECT_EQ(a.heard_age_seconds(), 0.2);
  EXPECT_EQ(a.holders().age_seconds(), 0);
  EXPECT_EQ(a.holders().pods(), 2u);
  ASSERT_EQ(a.gpus_size(), 3);
  EXPECT_EQ(a.gpus(0).uuid(), "node-a-0");
  EXPECT_EQ(a.gpus(0).readings().at("gpu_utilization"), 90);
  EXPECT_FALSE(a.gpus(0).readings().contains("power_draw")) << "absent is not zero";
  ASSERT_EQ(a.gpus(0).pods_size(), 1);
  EXPECT_EQ(a.gpus(0).pods(0).pod(), "llm-7d9c8b5f4d-22222");
  EXPECT_EQ(a.gpus(0).pods(0).namespace_(), "ns");
  EXPECT_EQ(a.gpus(0).pods(0).age_seconds(), 100);
  EXPECT_TRUE(a.gpus(0).pods(0).worked());
  EXPECT_FALSE(a.gpus(1).pods(0).has_age_seconds());
  EXPECT_FALSE(a.gpus(1).pods(0).worked());
  EXPECT_EQ(a.gpus(2).error(), "GPU is lost");
  EXPECT_TRUE(a.gpus(2).readings().empty());
  EXPECT_FALSE(a.gpus(0).has_history());
  const api::v1::Node& b = page.nodes(1);
  EXPECT_EQ(b.state(), api::v1::STALE);
  EXPECT_TRUE(b.gpus(0).readings().empty()) << "an old reading would look new";
  EXPECT_EQ(b.gpus(0).pods_size(), 2);
  EXPECT_EQ(page.nodes(2).state(), api::v1::LOST);
  EXPECT_EQ(page.nodes(2).holders().error(), "kubelet is gone");
  EXPECT_EQ(page.nodes(2).holders().age_seconds(), 60);
  const auto node = MakeSnapshotPage(*Fleet(), {}, kNode, kTime, nullptr);
  EXPECT_FALSE(node.nodes(0).has_heard_age_seconds());
}

TEST(SnapshotPage, ANodeOfWhichNothingIsKnownSaysSo) {
  const auto view =
      scaling::MakeView({scaling::MakeSilentNode("node-a", absl::UnavailableError("no driver"))});
  const auto page = MakeSnapshotPage(*view, {}, kNode, kTime, nullptr);
  EXPECT_EQ(page.nodes(0).state(), api::v1::STALE);
  EXPECT_FALSE(page.nodes(0).has_reading_age_seconds());
  EXPECT_FALSE(page.nodes(0).has_holders());
  EXPECT_EQ(page.nodes(0).error(), "no driver");
}

TEST(SnapshotPage, PagesAndFilters) {
  const auto view = Fleet();
  SnapshotQuestion question;
  question.limit = 2;
  auto page = MakeSnapshotPage(*view, question, kGateway, kTime, nullptr);
  EXPECT_THAT(Nodes(page), ElementsAre("node-a", "node-b"));
  EXPECT_EQ(page.next(), "node-b");
  EXPECT_EQ(page.total(), 3u);
  question.after = page.next();
  page = MakeSnapshotPage(*view, question, kGateway, kTime, nullptr);
  EXPECT_THAT(Nodes(page), ElementsAre("node-c"));
  EXPECT_EQ(page.next(), "");
  EXPECT_EQ(page.total(), 3u);
  question = {"node-b", {}, "", 10};
  EXPECT_THAT(Nodes(MakeSnapshotPage(*view, question, kGateway, kTime, nullptr)),
              ElementsAre("node-b"));
  question = {"", {}, "", 1, NameFilter("DE-C")};
  page = MakeSnapshotPage(*view, question, kGateway, kTime, nullptr);
  EXPECT_THAT(Nodes(page), ElementsAre("node-c"));
  EXPECT_EQ(page.total(), 1u);
  EXPECT_EQ(page.next(), "");
  question = {"", NodeState::kLost, "", 10};
  page = MakeSnapshotPage(*view, question, kGateway, kTime, nullptr);
  EXPECT_THAT(Nodes(page), ElementsAre("node-c"));
  EXPECT_EQ(page.total(), 1u);
}

TEST(SnapshotPage, ShowsThePastWhereItIsKept) {
  const auto view = Fleet();
  GpuHistory history;
  auto page = MakeSnapshotPage(*view, {}, kGateway, kTime, &history);
  EXPECT_FALSE(page.nodes(0).gpus(0).has_history());
  history.Sample(*view, kGateway.stale_after, kNow - Seconds(3));
  page = MakeSnapshotPage(*view, {}, kGateway, kTime, &history);
  const api::v1::History& past = page.nodes(0).gpus(0).history();
  EXPECT_EQ(past.step_seconds(), 10);
  EXPECT_EQ(past.newest_age_seconds(), 3);
  ASSERT_EQ(past.utilization_percent().values_size(), 1);
  EXPECT_EQ(past.utilization_percent().values(0).number_value(), 90);
  EXPECT_TRUE(past.memory_percent().values(0).has_null_value()) << "it was not read";
}

TEST(WorkloadPage, GroupsPodsByTheNameOfTheirWorkload) {
  const auto page = MakeWorkloadPage(*Fleet(), {}, kGateway.stale_after, kTime);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->total(), 3u);
  ASSERT_EQ(page->workloads_size(), 3);
  const api::v1::Workload& big = page->workloads(0);
  EXPECT_EQ(big.namespace_(), "ns");
  EXPECT_EQ(big.name(), "big");
  EXPECT_EQ(big.kind(), "leaderworkerset") << "its worker's name says so";
  EXPECT_EQ(big.trigger(), "leaderworkerset/big");
  EXPECT_EQ(big.replicas(), 1u) << "a group";
  EXPECT_EQ(big.pods(), 2u);
  EXPECT_EQ(big.gpus(), 2u);
  EXPECT_EQ(big.gpus_fresh(), 1u);
  EXPECT_EQ(big.mean_utilization_percent(), 50);
  EXPECT_FALSE(big.has_mean_memory_percent());
  EXPECT_EQ(big.nodes(), 2u);
  EXPECT_EQ(big.youngest_pod_seconds(), 7);
  EXPECT_EQ(big.oldest_pod_seconds(), 7) << "the other's age is not known";
  const api::v1::Workload& llm = page->workloads(1);
  EXPECT_EQ(llm.trigger(), "deployment/llm");
  EXPECT_EQ(llm.replicas(), 2u);
  EXPECT_EQ(llm.youngest_pod_seconds(), 40);
  EXPECT_EQ(llm.oldest_pod_seconds(), 100);
  EXPECT_EQ(page->workloads(2).namespace_(), "other");
  EXPECT_EQ(page->workloads(2).trigger(), "statefulset/big");
  EXPECT_FALSE(page->workloads(2).has_mean_utilization_percent());
}

TEST(WorkloadPage, PagesAndFilters) {
  const auto view = Fleet();
  const auto ask = [&](const WorkloadQuestion& question) {
    return *MakeWorkloadPage(*view, question, kGateway.stale_after, kTime);
  };
  auto page = ask({"", "", 2});
  EXPECT_EQ(page.next(), "ns/llm");
  page = ask({"", page.next(), 2});
  ASSERT_EQ(page.workloads_size(), 1);
  EXPECT_EQ(page.workloads(0).namespace_(), "other");
  EXPECT_EQ(page.total(), 3u);
  EXPECT_EQ(page.next(), "");
  EXPECT_EQ(ask({"other", "", 10}).total(), 1u);
  page = ask({"", "", 1, NameFilter("set/Big")});
  ASSERT_EQ(page.workloads_size(), 1);
  EXPECT_EQ(page.workloads(0).trigger(), "leaderworkerset/big");
  EXPECT_EQ(page.total(), 2u);
  EXPECT_EQ(page.next(), "ns/big");
  page = ask({"", page.next(), 1, NameFilter("set/Big")});
  ASSERT_EQ(page.workloads_size(), 1);
  EXPECT_EQ(page.workloads(0).trigger(), "statefulset/big");
  EXPECT_EQ(page.total(), 2u);
  EXPECT_EQ(page.next(), "");
  EXPECT_EQ(ask({"", "", 10, NameFilter("other/deployment")}).total(), 0u);
  EXPECT_EQ(MakeWorkloadPage(*view, {"", "llm", 1}, kGateway.stale_after, kTime).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Summary, CountsTheView) {
  api::v1::Summary summary;
  SummarizeView(*Fleet(), kGateway, kTime, summary);
  EXPECT_EQ(summary.nodes().fresh(), 1u);
  EXPECT_EQ(summary.nodes().stale(), 1u);
  EXPECT_EQ(summary.nodes().lost(), 1u);
  EXPECT_EQ(summary.gpus().total(), 5u);
  EXPECT_EQ(summary.gpus().failed(), 1u);
  EXPECT_EQ(summary.gpus().held(), 4u) << "one that two pods hold counts once";
  EXPECT_EQ(summary.gpus().mean_utilization_percent(), 70);
  EXPECT_FALSE(summary.gpus().has_mean_memory_percent());
  EXPECT_EQ(summary.pods(), 5u);
  EXPECT_EQ(summary.workloads(), 3u);
  EXPECT_EQ(summary.coverage_percent(), 33.333);
  EXPECT_EQ(summary.oldest_reading_seconds(), 30) << "the lost one's would hide it";
  api::v1::Summary empty;
  SummarizeView(telemetry::View(), kGateway, kTime, empty);
  EXPECT_FALSE(empty.has_coverage_percent());
  EXPECT_FALSE(empty.has_oldest_reading_seconds());
  EXPECT_EQ(empty.gpus().total(), 0u);
}

TEST(Summary, IsMadeOnceASecond) {
  SummaryMaker maker({"0.1.0", "gateway", "", ""}, kGateway);
  serving::Decisions::Counts counts;
  counts.total = 7;
  counts.failed = 2;
  const auto view = Fleet();
  EXPECT_EQ(maker.Make(*view, absl::OkStatus(), counts, kTime).gpus().total(), 5u);
  PageTime later = kTime;
  later.now += std::chrono::milliseconds(999);
  EXPECT_EQ(maker.Make(telemetry::View(), absl::OkStatus(), {}, later).gpus().total(), 5u);
  EXPECT_EQ(maker.Make(telemetry::View(), absl::OkStatus(), {}, later).decisions().total(), 7u);
  later.now += std::chrono::milliseconds(1);
  const api::v1::Summary& next =
      maker.Make(telemetry::View(), absl::UnavailableError("joining"), {}, later);
  EXPECT_EQ(next.gpus().total(), 0u);
  EXPECT_EQ(next.decisions().failed(), 0u);
  EXPECT_EQ(next.not_ready(), "joining");
  EXPECT_EQ(next.role(), "gateway");
  EXPECT_EQ(next.version(), "0.1.0");
}

}  // namespace
}  // namespace gpuscaler::web
