#include "simulation/pod_name.h"

#include <set>

#include "catalog/workload_kinds.h"
#include "gtest/gtest.h"

namespace gpuscaler::simulation {
namespace {

scaling::WorkloadRef Ref(std::string_view kind, std::string name) {
  return {catalog::FindWorkloadKind(kind), std::move(name), "default"};
}

TEST(PodName, IsFoundAsItsWorkloadsWhateverTheKind) {
  for (const catalog::WorkloadKindRow& kind : catalog::WorkloadKinds()) {
    const scaling::WorkloadRef workload = Ref(kind.name, kind.name == "pods" ? "llm-*" : "llm-8b");
    std::set<std::string_view> replicas;
    std::set<std::string> names;
    for (uint64_t number = 0; number < 500; ++number) {
      const auto name = PodName(workload, number);
      ASSERT_TRUE(name) << kind.name;
      ASSERT_TRUE(kind.replica(*name, workload.name)) << *name;
      names.insert(*name);
    }
    EXPECT_EQ(names.size(), 500u) << kind.name << ": each replica is one of its own";
  }
}

TEST(PodName, OfALongDeploymentIsCutAsKubernetesCutsIt) {
  const scaling::WorkloadRef workload = Ref("deployment", std::string(60, 'a'));
  const auto name = PodName(workload, 0);
  ASSERT_TRUE(name);
  EXPECT_LE(name->size(), 63u);
}

}  // namespace
}  // namespace gpuscaler::simulation
