#include "catalog/workload_kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gpuscaler::catalog {
namespace {

struct PodRow {
  std::string kind;
  std::string name;
  std::string pod;
  std::string replica;  // empty: none of its pods
};

const std::string k47(47, 'a');  // "-", ten of a hash and "-" make 59: one is cut
const std::string k46(46, 'a');
const std::string k57(57, 'a');
const std::string k58(58, 'a');
const std::string k60(60, 'a');

const PodRow kRows[] = {
    // As the controllers make them.
    {"deployment", "llm", "llm-7d9c8b5f4d-x2b4k", "llm-7d9c8b5f4d-x2b4k"},
    {"deployment", "llm-chat", "llm-chat-6b7f9d-zzzzz", "llm-chat-6b7f9d-zzzzz"},
    {"rollout", "llm", "llm-7d9c8b5f4d-x2b4k", "llm-7d9c8b5f4d-x2b4k"},
    {"statefulset", "llm", "llm-0", "llm-0"},
    {"statefulset", "llm-0", "llm-0-12", "llm-0-12"},
    {"daemonset", "llm", "llm-x2b4k", "llm-x2b4k"},
    {"job", "train", "train-x2b4k", "train-x2b4k"},
    {"job", "train", "train-3-x2b4k", "train-3-x2b4k"},
    {"leaderworkerset", "llm", "llm-2", "llm-2"},
    {"leaderworkerset", "llm", "llm-2-1", "llm-2"},
    {"leaderworkerset", "llm-2", "llm-2-1", "llm-2-1"},
    {"pods", "train-*-worker-?", "train-a-b-worker-7", "train-a-b-worker-7"},
    {"pods", "notebook", "notebook", "notebook"},
    // Another workload whose name begins alike.
    {"deployment", "llm", "llm-chat-7d9c8b5f4d-x2b4k", ""},
    {"deployment", "llm", "llm2-7d9c8b5f4d-x2b4k", ""},
    {"deployment", "llm", "llm-v2-x2b4k", ""},  // a DaemonSet or Job llm-v2
    {"deployment", "llm", "llm-8b-x2b4k", ""},
    {"deployment", "llm", "llm-gptq4b-x2b4k", ""},    // letters that no hash has
    {"deployment", "llm", "llm-29478596-x2b4k", ""},  // a CronJob's
    {"deployment", "llm", "llm-4d5f-x2b4k", "llm-4d5f-x2b4k"},
    {"deployment", "llm", "llm-x2b4k", ""},
    {"deployment", "llm", "llm-0", ""},
    {"deployment", "llm", "llm", ""},
    {"deployment", "lm", "llm-7d9c8b5f4d-x2b4k", ""},
    {"statefulset", "llm", "llm-chat-0", ""},
    {"statefulset", "llm", "llm-2-1", ""},
    {"statefulset", "llm", "llm-00", ""},
    {"statefulset", "llm", "llm-", ""},
    {"statefulset", "llm", "llm-7d9c8b5f4d-x2b4k", ""},
    {"daemonset", "llm", "llm-7d9c8b5f4d-x2b4k", ""},
    {"daemonset", "llm", "llm-chat-x2b4k", ""},
    {"job", "train", "train-eval-3-x2b4k", ""},
    {"job", "train", "train-03-x2b4k", ""},
    {"job", "train", "train-2147483647-x2b4k", "train-2147483647-x2b4k"},
    {"job", "train", "train-21474836470-x2b4k", ""},
    {"leaderworkerset", "llm", "llm-chat-2-1", ""},
    {"leaderworkerset", "llm", "llm-2-1-0", ""},
    {"leaderworkerset", "llm", "llm-2-x", ""},
    {"leaderworkerset", "llm", "llm-2-0", ""},  // workers are numbered from 1: the leader of llm-2
    {"pods", "train-*", "retrain-1", ""},
    // No random part, no hash: letters that the alphabet does not have.
    {"deployment", "llm", "llm-7d9c8b5f4d-hello", ""},
    {"deployment", "llm", "llm-canary-x2b4k", ""},
    {"deployment", "llm", "llm-7d9c8b5f4d2-x2b4k", ""},  // eleven
    {"daemonset", "llm", "llm-a2b4k", ""},
    // Cut to 58 before the random part.
    {"deployment", k46, k46 + "-7d9c8b5f4d-x2b4k", k46 + "-7d9c8b5f4d-x2b4k"},
    {"deployment", k47, k47 + "-7d9c8b5f4dx2b4k", k47 + "-7d9c8b5f4dx2b4k"},
    {"deployment", k57, k57 + "-x2b4k", k57 + "-x2b4k"},
    {"deployment", k60, k58 + "x2b4k", k58 + "x2b4k"},
    {"deployment", k46, k46 + "-7d9c8b5f4dx2b4k", ""},  // 57: nothing was cut
    {"daemonset", k57, k57 + "-x2b4k", k57 + "-x2b4k"},
    {"daemonset", k60, k58 + "x2b4k", k58 + "x2b4k"},
    {"daemonset", k57, k58 + "x2b4k", ""},
    {"job", k60, std::string(54, 'a') + "-12-x2b4k", std::string(54, 'a') + "-12-x2b4k"},
    {"job", k60, std::string(53, 'a') + "-12-x2b4k", ""},
    // Odd ones.
    {"deployment", "llm", "", ""},
    {"job", "llm", "-x2b4k", ""},
    {"statefulset", "llm", "llm-18446744073709551616", "llm-18446744073709551616"},
};

TEST(WorkloadKinds, EachKindKnowsItsOwnPodsAndNoOthers) {
  for (const PodRow& row : kRows) {
    const WorkloadKindRow* kind = FindWorkloadKind(row.kind);
    ASSERT_NE(kind, nullptr) << row.kind;
    EXPECT_EQ(kind->replica(row.pod, row.name).value_or(""), row.replica)
        << row.kind << "/" << row.name << " " << row.pod;
  }
}

struct DoubtRow {
  std::string kind;
  std::string name;
  std::string pod;
  std::string doubt;
  std::string proof;
};

const DoubtRow kDoubts[] = {
    {"job", "train", "train-x2b4k", "", "train"},
    {"job", "train", "train-2-x2b4k", "train", ""},
    {"job", "train-2", "train-2-x2b4k", "", "train-2"},
    {"job", "train", "train-eval-x2b4k", "", ""},
    {"job", k60, k58 + "x2b4k", "", k60},
    {"job", k60, std::string(54, 'a') + "-12-x2b4k", k60, ""},
    {"leaderworkerset", "big", "big-1", "", ""},
    {"leaderworkerset", "big", "big-1-1", "big-1", ""},
    {"leaderworkerset", "big", "big-1-0", "", "big-1"},
    {"leaderworkerset", "big", "big-1-0-1", "", ""},
    {"leaderworkerset", "big-1", "big-1-0", "", ""},
    {"leaderworkerset", "big-1", "big-1-0-1", "big-1-0", ""},
};

TEST(WorkloadKinds, NamesThatFitTwoWorkloadsAreToldApartByThoseThatFitOne) {
  for (const DoubtRow& row : kDoubts) {
    const WorkloadKindRow& kind = *FindWorkloadKind(row.kind);
    EXPECT_EQ(kind.doubt(row.pod, row.name).value_or(""), row.doubt) << row.name << " " << row.pod;
    EXPECT_EQ(kind.proof(row.pod, row.name).value_or(""), row.proof) << row.name << " " << row.pod;
  }
}

// An index by stems must find whatever a kind would.
TEST(WorkloadKinds, AWorkloadIsAStemOfItsPodsUnlessNamesMayBeCut) {
  for (const PodRow& row : kRows) {
    if (row.replica.empty() || !IsStemOfItsPods(*FindWorkloadKind(row.kind), row.name)) continue;
    const PodStems stems = StemsOf(row.pod);
    EXPECT_TRUE(row.name == stems.one || row.name == stems.two)
        << row.kind << "/" << row.name << " " << row.pod;
  }
  for (const std::string kind : {"deployment", "rollout", "daemonset", "job"}) {
    EXPECT_TRUE(IsStemOfItsPods(*FindWorkloadKind(kind), k46)) << kind;
    EXPECT_FALSE(IsStemOfItsPods(*FindWorkloadKind(kind), k47)) << kind;
  }
  for (const std::string kind : {"statefulset", "leaderworkerset"}) {
    EXPECT_TRUE(IsStemOfItsPods(*FindWorkloadKind(kind), k60)) << kind;
  }
  EXPECT_FALSE(IsStemOfItsPods(*FindWorkloadKind("pods"), "llm"));
}

TEST(WorkloadKinds, ANameOf58CharactersEndsBeyondItsPods) {
  for (const std::string kind : {"deployment", "rollout", "daemonset", "job"}) {
    EXPECT_FALSE(EndsBeyondItsPods(*FindWorkloadKind(kind), k57)) << kind;
    EXPECT_TRUE(EndsBeyondItsPods(*FindWorkloadKind(kind), k58)) << kind;
  }
  for (const std::string kind : {"statefulset", "leaderworkerset", "pods"}) {
    EXPECT_FALSE(EndsBeyondItsPods(*FindWorkloadKind(kind), k58)) << kind;
  }
}

TEST(WorkloadKinds, AnUnknownKindIsNone) {
  EXPECT_EQ(FindWorkloadKind("replicaset"), nullptr);
  EXPECT_EQ(FindWorkloadKind("Deployment"), nullptr);
  EXPECT_EQ(WorkloadKindNames(),
            "deployment, rollout, statefulset, daemonset, job, leaderworkerset, pods");
}

TEST(MatchesGlob, StarsTakeAnyTextAndQuestionMarksOneCharacter) {
  EXPECT_TRUE(MatchesGlob("", ""));
  EXPECT_TRUE(MatchesGlob("", "*"));
  EXPECT_TRUE(MatchesGlob("abc", "*"));
  EXPECT_TRUE(MatchesGlob("abcabd", "*ab?"));
  EXPECT_TRUE(MatchesGlob("aXbXc", "a*b*c"));
  EXPECT_FALSE(MatchesGlob("", "?"));
  EXPECT_FALSE(MatchesGlob("ab", "a"));
  EXPECT_FALSE(MatchesGlob("a", "ab"));
  EXPECT_FALSE(MatchesGlob("aXbX", "a*b*c"));
  EXPECT_FALSE(MatchesGlob(std::string(5000, 'a'), "*a*a*a*a*b"));
}

}  // namespace
}  // namespace gpuscaler::catalog
