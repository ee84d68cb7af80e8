#include "catalog/workload_name.h"

#include <gtest/gtest.h>

#include <string>

namespace gpuscaler::catalog {
namespace {

struct Row {
  std::string pod;
  std::string kind;
  std::string name;
  std::string replica;
};

TEST(WorkloadName, IsTheLikeliestThatThePodsNameTells) {
  for (const Row& row : {
           Row{"llm-7d9c8b5f4d-x2b4k", "deployment", "llm", "llm-7d9c8b5f4d-x2b4k"},
           Row{"chat-8b-6b5d7f9c8-zzzzz", "deployment", "chat-8b", "chat-8b-6b5d7f9c8-zzzzz"},
           Row{"db-0", "statefulset", "db", "db-0"},
           Row{"big-3-1", "leaderworkerset", "big", "big-3"},
           Row{"train-x2b4k", "job", "train", "train-x2b4k"},
           Row{"train-7-x2b4k", "job", "train", "train-7-x2b4k"},
           Row{"notebook", "pods", "notebook", "notebook"},
           Row{"my-own-pod", "pods", "my-own-pod", "my-own-pod"},  // vowels: not random
           Row{"-0", "pods", "-0", "-0"},
           Row{"", "pods", "", ""},
       }) {
    SCOPED_TRACE(row.pod);
    const WorkloadName named = WorkloadOf(row.pod);
    EXPECT_EQ(named.kind->name, row.kind);
    EXPECT_EQ(named.name, row.name);
    EXPECT_EQ(named.replica, row.replica);
    // What it says would find the pod.
    EXPECT_EQ(named.kind->replica(row.pod, named.name), named.replica);
  }
}

}  // namespace
}  // namespace gpuscaler::catalog
