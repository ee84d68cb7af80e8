// A workload's replicas in a view, and the answer that they give.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "scaling/evaluation.h"
#include "scaling/explanation.h"
#include "scaling/node_maker.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using absl::StatusCode;
using catalog::Aggregation;
using catalog::Metric;
using telemetry::Snapshot;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Trigger WorkloadTrigger(const std::string& workload = "deployment/llm",
                        std::vector<MetadataEntry> more = {}) {
  more.push_back({"workload", workload});
  auto trigger = ParseTrigger(more, "ns");
  EXPECT_TRUE(trigger.ok()) << trigger.status();
  return *trigger;
}

absl::StatusOr<Evaluation> Answer(const Trigger& trigger, std::vector<Snapshot> nodes) {
  return Evaluate(trigger, MakeView(std::move(nodes)), kNow, {});
}

struct Counts {
  size_t fresh, warming, missing;
};
void ExpectCounts(const absl::StatusOr<Evaluation>& evaluation, Counts counts) {
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->workload.fresh, counts.fresh);
  EXPECT_EQ(evaluation->workload.warming, counts.warming);
  EXPECT_EQ(evaluation->workload.missing, counts.missing);
}

void ExpectFails(const absl::StatusOr<Evaluation>& evaluation, StatusCode code,
                 const std::string& text) {
  EXPECT_EQ(evaluation.status().code(), code) << evaluation.status();
  EXPECT_THAT(std::string(base::Message(evaluation.status())), HasSubstr(text));
}

const std::string kLlm1 = "llm-7d9c8b5f4d-x2b4k";
const std::string kLlm2 = "llm-7d9c8b5f4d-zzzzz";
const std::string kLlm3 = "llm-7d9c8b5f4d-22222";
const std::string kChat = "llm-chat-6b7f9d4c8-x2b4k";

// Two nodes: llm has 60 and 100 % on one GPU each, chat 10 % on two.
std::vector<Snapshot> TwoNodes() {
  NodeMaker a("node-a");
  NodeMaker b("node-b");
  a.Pod(kLlm1, {a.Gpu(60)}).Pod(kChat, {a.Gpu(10), a.Gpu(10)});
  b.Pod(kLlm2, {b.Gpu(100)});
  b.Gpu(99);  // nobody's
  return {a.Make(), b.Make()};
}

TEST(Workload, CountsItsOwnGpusOnEveryNodeTimesItsReplicas) {
  const auto llm = Answer(WorkloadTrigger(), TwoNodes());
  ExpectCounts(llm, {2, 0, 0});
  EXPECT_EQ(llm->aggregate, 80);
  EXPECT_EQ(llm->value, 160);
  EXPECT_EQ(llm->counted, 2u);
  const auto chat = Answer(WorkloadTrigger("deployment/llm-chat"), TwoNodes());
  EXPECT_EQ(chat->value, 10);
  EXPECT_EQ(Answer(WorkloadTrigger("pods/llm-*"), TwoNodes())->counted, 4u);
  // A plain answer is about all of them.
  EXPECT_EQ(Evaluate(*ParseTrigger({}), MakeView(TwoNodes()), kNow, {})->value, 100);
}

TEST(Workload, AnotherNamespaceIsAnotherWorkload) {
  NodeMaker a("node-a");
  a.Pod(kLlm1, {a.Gpu(60)}, {}, true, "other");
  const auto evaluation = Answer(WorkloadTrigger(), {a.Make()});
  ExpectCounts(evaluation, {0, 0, 0});
  EXPECT_EQ(evaluation->value, 0);
  EXPECT_FALSE(evaluation->active);
}

TEST(Workload, PercentilesAndAveragesAreOverTheFlatSetOfGpusOrByPodFirst) {
  NodeMaker a("node-a");
  a.Pod(kLlm1, {a.Gpu(0), a.Gpu(0), a.Gpu(0), a.Gpu(90)});
  NodeMaker b("node-b");
  b.Pod(kLlm2, {b.Gpu(30)});
  const std::vector<Snapshot> nodes = {a.Make(), b.Make()};
  EXPECT_EQ(Answer(WorkloadTrigger(), nodes)->aggregate, 24);
  EXPECT_EQ(Answer(WorkloadTrigger("deployment/llm", {{"groupBy", "pod"}}), nodes)->aggregate, 60);
  EXPECT_EQ(
      Answer(WorkloadTrigger("deployment/llm", {{"groupBy", "pod"}, {"podAggregation", "avg"}}),
             nodes)
          ->aggregate,
      26.25);
}

TEST(Workload, AYoungIdleReplicaIsWarmingUntilItWorksOrIsOld) {
  struct Row {
    std::optional<base::Duration> age;
    bool worked;
    double utilization;
    bool warming;
  };
  const Row rows[] = {
      {Seconds(299.9), false, 5, true}, {Seconds(300), false, 5, false},
      {Seconds(10), false, 5.1, false}, {Seconds(10), true, 0, false},
      {std::nullopt, false, 0, false},
  };
  for (const Row& row : rows) {
    NodeMaker a("node-a");
    a.Pod(kLlm1, {a.Gpu(90)}).Pod(kLlm2, {a.Gpu(row.utilization)}, row.age, row.worked);
    const auto evaluation = Answer(WorkloadTrigger(), {a.Make()});
    ExpectCounts(evaluation, row.warming ? Counts{1, 1, 0} : Counts{2, 0, 0});
    EXPECT_EQ(evaluation->value, row.warming ? 90 : 90 + row.utilization);
  }
}

// Each pod that comes in the place of one that crashed is young.
TEST(Workload, ThatHasNeverWorkedForTwiceTheWarmUpIsNotWarmingAnyMore) {
  NodeMaker node("node-a");
  const std::string gpu = node.Gpu(0);
  node.Pod(kLlm1, {gpu}, std::chrono::seconds(10), false);
  const auto view = MakeView({node.Make()});
  const Trigger trigger = WorkloadTrigger("deployment/llm", {{"warmupSeconds", "60"}});
  const struct {
    int idle_seconds;
    bool warming;
  } rows[] = {{120, true}, {121, false}};
  for (const auto& row : rows) {
    const Past past = {std::nullopt, kNow - std::chrono::seconds(row.idle_seconds)};
    const auto evaluation = Evaluate(trigger, view, kNow, {}, {}, past);
    ExpectCounts(evaluation, row.warming ? Counts{0, 1, 0} : Counts{1, 0, 0});
    EXPECT_EQ(evaluation->workload.working, 0u);
    EXPECT_EQ(evaluation->held, row.warming);
    EXPECT_EQ(evaluation->value, row.warming ? trigger.target : 0);
    EXPECT_EQ(evaluation->active, row.warming);
  }
}

TEST(Workload, WithWarmingReplicasAloneItHoldsAndStaysActive) {
  NodeMaker a("node-a");
  a.Pod(kLlm1, {a.Gpu(0)}, Seconds(5), false).Pod(kLlm2, {a.Gpu(0)}, Seconds(5), false);
  const auto average = Answer(WorkloadTrigger(), {a.Make()});
  ExpectCounts(average, {0, 2, 0});
  EXPECT_TRUE(average->held);
  EXPECT_EQ(average->value, 160);
  EXPECT_TRUE(average->active);
  EXPECT_EQ(average->active_reason, ActiveReason::kReplicaWarming);
  const auto value =
      Answer(WorkloadTrigger("deployment/llm", {{"hpaMetricType", "Value"}}), {a.Make()});
  EXPECT_EQ(value->value, 80);
}

TEST(Workload, AReplicaOfASilentNodeIsMissingNotGone) {
  const auto nodes = [](double listed_ago, double read_ago) {
    NodeMaker a("node-a");
    a.Pod(kLlm1, {a.Gpu(70)});
    NodeMaker b("node-b");
    b.Pod(kLlm2, {b.Gpu(70, Seconds(read_ago))}).Listed(Seconds(listed_ago));
    return std::vector<Snapshot>{a.Make(), b.Make()};
  };
  ExpectCounts(Answer(WorkloadTrigger(), nodes(10, 10)), {2, 0, 0});
  ExpectCounts(Answer(WorkloadTrigger(), nodes(10.1, 10)), {1, 0, 1});
  ExpectCounts(Answer(WorkloadTrigger(), nodes(10, 10.1)), {1, 0, 1});
  const auto missing = Answer(WorkloadTrigger(), nodes(60, 60));
  EXPECT_EQ(missing->value, 150) << "70, and the missing one as at 80";
  ExpectCounts(Answer(WorkloadTrigger(), nodes(900, 900)), {1, 0, 1});
  ExpectCounts(Answer(WorkloadTrigger(), nodes(900.1, 900.1)), {1, 0, 0});
}

TEST(Workload, AMissingReplicaAloneIsNoValueAndBesideAnIdleOneKeepsItActive) {
  NodeMaker a("node-a");
  a.Pod(kLlm1, {a.Gpu(70)}).Lose(0);
  ExpectFails(Answer(WorkloadTrigger(), {a.Make()}), StatusCode::kUnavailable, "GPU is lost");
  NodeMaker b("node-b");
  b.Pod(kLlm2, {b.Gpu(0)});
  const auto both = Answer(WorkloadTrigger(), {a.Make(), b.Make()});
  ExpectCounts(both, {1, 0, 1});
  EXPECT_EQ(both->value, 80) << "0, and the missing one as at 80";
  EXPECT_EQ(both->active_reason, ActiveReason::kReplicaMissing);
}

TEST(Workload, APodIsFreshOnlyWhereEachOfItsGpusIs) {
  NodeMaker stale("node-a");
  stale.Pod(kLlm1, {stale.Gpu(0), stale.Gpu(95, Seconds(30))}).Pod(kLlm2, {stale.Gpu(90)});
  ExpectCounts(Answer(WorkloadTrigger(), {stale.Make()}), {1, 0, 1});
  NodeMaker absent("node-a");
  absent.Pod(kLlm1, {absent.Gpu(0), "MIG-0f1e2d3c"});
  ExpectFails(Answer(WorkloadTrigger(), {absent.Make()}), StatusCode::kUnavailable, "0 of 1");
  NodeMaker lost("node-a");
  lost.Pod(kLlm1, {lost.Gpu(0), lost.Gpu(60)}).Lose(0);
  ExpectCounts(Answer(WorkloadTrigger(), {lost.Make()}), {1, 0, 0});
}

TEST(Workload, OfStableNamesOnlyTheSameOneTakesThePlace) {
  NodeMaker silent("node-a");
  silent.Pod("llm-0", {silent.Gpu(70, Seconds(60))}).Listed(Seconds(60));
  NodeMaker b("node-b");
  b.Pod("llm-1", {b.Gpu(70)}, Seconds(20));
  ExpectCounts(Answer(WorkloadTrigger("statefulset/llm"), {silent.Make(), b.Make()}), {1, 0, 1});
}

TEST(Workload, AYoungerReplicaTakesTheMissingOnesPlace) {
  NodeMaker silent("node-a");
  silent.Pod(kLlm1, {silent.Gpu(70, Seconds(60))}).Listed(Seconds(60));
  NodeMaker b("node-b");
  b.Pod(kLlm2, {b.Gpu(70)}, Seconds(59));
  ExpectCounts(Answer(WorkloadTrigger(), {silent.Make(), b.Make()}), {1, 0, 0});
  NodeMaker older("node-b");
  older.Pod(kLlm2, {older.Gpu(70)}, Seconds(61));
  ExpectCounts(Answer(WorkloadTrigger(), {silent.Make(), older.Make()}), {1, 0, 1});
  // One takes the place of one.
  silent.Pod(kLlm3, {silent.Gpu(70, Seconds(60))});
  ExpectCounts(Answer(WorkloadTrigger(), {silent.Make(), b.Make()}), {1, 0, 1});
}

TEST(Workload, AStatefulSetsPodThatMovedIsOneReplica) {
  NodeMaker silent("node-a");
  silent.Pod("llm-0", {silent.Gpu(70, Seconds(60))}, Seconds(500)).Listed(Seconds(60));
  NodeMaker b("node-b");
  b.Pod("llm-0", {b.Gpu(40)});
  const auto evaluation = Answer(WorkloadTrigger("statefulset/llm"), {silent.Make(), b.Make()});
  ExpectCounts(evaluation, {1, 0, 0});
  EXPECT_EQ(evaluation->value, 40);
}

TEST(Workload, AGroupOfALeaderWorkerSetIsOneReplicaAcrossNodes) {
  NodeMaker a("node-a");
  a.Pod("llm-0", {a.Gpu(80), a.Gpu(80)}).Pod("llm-1", {a.Gpu(0), a.Gpu(0)}, Seconds(20), false);
  NodeMaker b("node-b");
  b.Pod("llm-0-1", {b.Gpu(40), b.Gpu(40)}).Pod("llm-1-1", {b.Gpu(0), b.Gpu(0)}, Seconds(20), false);
  const Trigger trigger = WorkloadTrigger("leaderworkerset/llm");
  const auto loading = Answer(trigger, {a.Make(), b.Make()});
  ExpectCounts(loading, {1, 1, 0});
  EXPECT_EQ(loading->value, 60);
  // Once one of its pods works, the group does.
  NodeMaker c("node-b");
  c.Pod("llm-0-1", {c.Gpu(40), c.Gpu(40)}).Pod("llm-1-1", {c.Gpu(20), c.Gpu(20)}, Seconds(20));
  ExpectCounts(Answer(trigger, {a.Make(), c.Make()}), {2, 0, 0});
  // A group of which a part is silent is missing.
  b.Listed(Seconds(60));
  ExpectFails(Answer(trigger, {a.Make(), b.Make()}), StatusCode::kUnavailable, "0 of 2 replicas");
}

TEST(Workload, OfNamesThatFitTwoThePodsThatFitOneDecide) {
  NodeMaker a("node-a");
  a.Pod("big-0", {a.Gpu(50)}).Pod("big-0-1", {a.Gpu(50)});
  NodeMaker b("node-b");  // another set, `big-1`: two groups of two
  b.Pod("big-1-0", {b.Gpu(90)}).Pod("big-1-0-1", {b.Gpu(90)});
  NodeMaker c("node-c");
  c.Pod("big-1-1", {c.Gpu(70)}).Pod("big-1-1-1", {c.Gpu(70)});
  const auto big = Answer(WorkloadTrigger("leaderworkerset/big"), {a.Make(), b.Make(), c.Make()});
  ExpectCounts(big, {1, 0, 0});
  EXPECT_EQ(big->value, 50);
  const auto other =
      Answer(WorkloadTrigger("leaderworkerset/big-1"), {a.Make(), b.Make(), c.Make()});
  ExpectCounts(other, {2, 0, 0});
  EXPECT_EQ(other->value, 160);
  // Without its first leader nothing tells it from the worker of group 1.
  ExpectCounts(Answer(WorkloadTrigger("leaderworkerset/big"), {a.Make(), c.Make()}), {2, 0, 0});

  NodeMaker jobs("node-d");
  jobs.Pod("train-2-x2b4k", {jobs.Gpu(100)}).Pod("train-x2b4k", {jobs.Gpu(10)});
  const auto train = Answer(WorkloadTrigger("job/train"), {jobs.Make()});
  ExpectCounts(train, {1, 0, 0});
  EXPECT_EQ(train->value, 10);
}

TEST(Workload, ASharedGpuIsAnErrorUnlessItIsToCountWhole) {
  NodeMaker a("node-a");
  const std::string gpu = a.Gpu(50);
  a.Pod(kLlm1, {gpu}).Pod(kChat, {gpu});
  ExpectFails(Answer(WorkloadTrigger(), {a.Make()}), StatusCode::kFailedPrecondition, "node-a-0");
  ExpectFails(Answer(WorkloadTrigger(), {a.Make()}), StatusCode::kFailedPrecondition, kChat);
  const auto whole =
      Answer(WorkloadTrigger("deployment/llm", {{"sharedGpus", "whole"}}), {a.Make()});
  EXPECT_EQ(whole->value, 50);
  // Two of its own pods on one GPU are two replicas, and one GPU.
  NodeMaker b("node-b");
  const std::string both = b.Gpu(50);
  b.Pod(kLlm1, {both}).Pod(kLlm2, {both});
  const auto own = Answer(WorkloadTrigger(), {b.Make()});
  ExpectCounts(own, {2, 0, 0});
  EXPECT_EQ(own->counted, 1u);
  EXPECT_EQ(own->value, 100);
}

TEST(Workload, NoReplicaAtAllIsZeroOnlyWhereEveryNodeTells) {
  NodeMaker a("node-a");
  a.Gpu(50);
  NodeMaker b("node-b");
  b.Gpu(50);
  const auto none = Answer(WorkloadTrigger(), {a.Make(), b.Make()});
  ExpectCounts(none, {0, 0, 0});
  EXPECT_EQ(none->value, 0);
  EXPECT_FALSE(none->active);
  b.Listed(Seconds(11), absl::DeadlineExceededError("the kubelet hangs"));
  ExpectFails(Answer(WorkloadTrigger(), {a.Make(), b.Make()}), StatusCode::kUnavailable,
              "node-b: who holds its GPUs is not known for 11.0s: the kubelet hangs");
  Snapshot off = b.Make();
  off.ownership = nullptr;
  off.pods_worked.clear();
  ExpectFails(Answer(WorkloadTrigger(), {a.Make(), off}), StatusCode::kUnavailable,
              "node-b does not ask its kubelet");
  EXPECT_EQ(Answer(WorkloadTrigger(), {})->value, 0) << "no node, so none that does not tell";
}

TEST(Workload, NoNodeIsNoEvidenceBeforeNodesCanHaveCome) {
  EvaluationLimits limits;
  limits.empty_until = kNow + Seconds(1);
  const auto answer = [&](base::SteadyTime now) {
    return Evaluate(WorkloadTrigger(), MakeView({}), now, limits);
  };
  ExpectFails(answer(kNow), StatusCode::kUnavailable,
              "no replica of deployment/llm in namespace ns is known, and no node has"
              " reported yet; if none does for 1.0s more, there is none");
  EXPECT_EQ(answer(kNow + Seconds(1))->value, 0);
  limits.empty_until = base::kNever;
  NodeMaker a("node-a");
  a.Gpu(50);
  EXPECT_EQ(Evaluate(WorkloadTrigger(), MakeView({a.Make()}), kNow, limits)->value, 0);
}

// On a node that a full gateway turned away it may have any number of replicas.
TEST(Workload, OfAViewThatDoesNotShowAllThereIsNoValue) {
  EvaluationLimits limits;
  limits.unseen = absl::UnavailableError("nodes are turned away");
  NodeMaker a("node-a");
  a.Pod("llm-7d9c8b5f4d-x2b4k", {a.Gpu(50)});
  const auto view = MakeView({a.Make()});
  ExpectFails(Evaluate(WorkloadTrigger(), view, kNow, limits), StatusCode::kUnavailable,
              "nodes are turned away");
  Trigger of_all;
  of_all.target = 80;
  ExpectFails(Evaluate(of_all, view, kNow, limits), StatusCode::kUnavailable,
              "nodes are turned away");
  const auto findings = EvaluateInFull(WorkloadTrigger(), view, kNow, limits);
  EXPECT_EQ(findings.evaluation.workload.fresh, 1u) << "what is known is told";
  EXPECT_EQ(findings.active_status.code(), StatusCode::kUnavailable);
}

TEST(Workload, OfManyNodesThatDoNotTellAFewAreNamed) {
  const auto nodes = [](int silent) {
    NodeMaker a("node-a");
    a.Pod(kLlm1, {a.Gpu(50)});
    std::vector<Snapshot> all = {a.Make()};
    for (int i = 0; i < silent; ++i) {
      all.push_back(NodeMaker(base::StrCat("silent-", i)).Listed(Seconds(60)).Make());
    }
    return all;
  };
  const Trigger chat = WorkloadTrigger("deployment/chat");
  ExpectFails(Answer(chat, nodes(3)), StatusCode::kUnavailable,
              "silent-1: who holds its GPUs is not known for 60.0s; silent-2: who holds its GPUs is"
              " not known for 60.0s");
  const auto many = Answer(chat, nodes(1000));
  ExpectFails(many, StatusCode::kUnavailable, "60.0s; and 997 more");
  EXPECT_LT(many.status().message().size(), 400u);
  const Trigger llm = WorkloadTrigger();
  const auto lines = Explain(llm, *Answer(llm, nodes(1000)));
  EXPECT_THAT(lines, Contains("node silent-0 does not tell at present who holds its GPUs"));
  EXPECT_THAT(lines, Contains("and 997 nodes more do not"));
  EXPECT_LT(lines.size(), 20u);
  EXPECT_THAT(Explain(llm, *Answer(llm, nodes(3))), Not(Contains(HasSubstr("nodes more"))));
}

TEST(Workload, WhereNobodyAsksTheKubeletItSaysSo) {
  Snapshot off = MakeNode("node-a", {MakeGpu(0, Metric::kGpuUtilization, 50)});
  ExpectFails(Answer(WorkloadTrigger(), {off}), StatusCode::kFailedPrecondition,
              "--pod-resources-socket");
}

TEST(Workload, CoverageIsOfItsReplicas) {
  NodeMaker a("node-a");
  a.Pod(kLlm1, {a.Gpu(50)}).Pod(kLlm2, {a.Gpu(50)}).Lose(1);
  const auto ask = [&a](const std::string& percent) {
    return Answer(WorkloadTrigger("deployment/llm", {{"minCoveragePercent", percent}}), {a.Make()});
  };
  ExpectCounts(ask("50"), {1, 0, 1});
  ExpectFails(ask("50.1"), StatusCode::kUnavailable, "1 of 2 replicas");
}

TEST(Workload, APodWhoseGpusLackTheMetricIsMissingBesideOthersAndElseNone) {
  NodeMaker with("node-a");
  with.Pod(kLlm1, {with.Gpu(50)});
  NodeMaker without("node-b");
  without.Pod(kLlm2, {without.Gpu(70)});
  Snapshot lacking = without.Make();
  lacking.gpus[0].readings.SetUnsupported(Metric::kGpuUtilization);
  const auto beside = Answer(WorkloadTrigger(), {with.Make(), lacking});
  ExpectCounts(beside, {1, 0, 1});
  EXPECT_EQ(beside->value, 130) << "the other one counts as at the target";
  ExpectFails(Answer(WorkloadTrigger(), {lacking}), StatusCode::kFailedPrecondition,
              "none of its GPUs counts");
}

TEST(Workload, ASumNeedsEveryReadableGpuOfItsReplicas) {
  NodeMaker a("node-a");
  a.Pod(kLlm1, {a.Gpu(50), a.Gpu(50, Seconds(30))});
  const Trigger sum = WorkloadTrigger("deployment/llm", {{"aggregation", "sum"}});
  ExpectFails(Answer(sum, {a.Make()}), StatusCode::kUnavailable, "0 of 1 replicas");
  NodeMaker b("node-b");
  b.Pod(kLlm1, {b.Gpu(50), b.Gpu(30)}).Pod(kLlm2, {b.Gpu(40)});
  EXPECT_EQ(Answer(sum, {b.Make()})->value, 120);
}

TEST(Workload, TheExplanationTellsReplicasAndFactor) {
  NodeMaker a("node-a");
  a.Pod(kLlm1, {a.Gpu(70)}).Pod(kLlm2, {a.Gpu(0)}, Seconds(70), false);
  NodeMaker b("node-b");
  b.Pod(kLlm3, {b.Gpu(70, Seconds(60))}).Listed(Seconds(60));
  const Trigger trigger = WorkloadTrigger();
  const auto lines = Explain(trigger, *Answer(trigger, {a.Make(), b.Make()}));
  EXPECT_THAT(lines, Contains("replica " + kLlm1 + " on node-a: fresh"));
  EXPECT_THAT(lines, Contains(HasSubstr("replica " + kLlm2 + " on node-a: warming")));
  EXPECT_THAT(lines, Contains("replica " + kLlm3 + " on node-b: missing"));
  EXPECT_THAT(lines,
              Contains("deployment/llm in namespace ns: 1 fresh, 1 warming, 1 missing replicas"));
  EXPECT_THAT(lines, Contains(HasSubstr("missing ones as if they were at 80")));
  EXPECT_THAT(lines, Contains(HasSubstr("reported as keda_gpu_metric: 150 (target 80)")));
}

}  // namespace
}  // namespace gpuscaler::scaling
