// A workload's replicas in random fleets, beside what a look at every pod of
// every node finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "base/strings.h"
#include "scaling/replica.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using catalog::Metric;
using telemetry::Pod;
using telemetry::Snapshot;

// Workloads whose names are parts of each other's, and around the length from
// which on their pods' names are cut.
const std::string kNames[] = {"llm",
                              "llm-0",
                              "llm-chat",
                              "train",
                              "train-3",
                              std::string(46, 'a'),
                              std::string(47, 'a'),
                              std::string(50, 'a'),
                              std::string(57, 'a'),
                              std::string(60, 'a')};
const std::string kTails[] = {"",
                              "-0",
                              "-3",
                              "-2-1",
                              "-x2b4k",
                              "-7d9c8b5f4d-x2b4k",
                              "-7d9c-zzzzz",
                              "-12-x2b4k",
                              "-a2b4k",
                              "-2147483647-x2b4k"};
const std::string kGlobs[] = {"*", "llm*", "*-0", "a*", "train-?-*", "llm"};
const std::string kNamespaces[] = {"ns", "other"};

class RandomFleet {
 public:
  explicit RandomFleet(uint32_t seed) : random_(seed) {}

  template <class Choices>
  const auto& Pick(const Choices& choices) {
    return choices[random_() % std::size(choices)];
  }
  bool OneIn(uint32_t n) { return random_() % n == 0; }

  std::vector<Snapshot> Nodes() {
    std::vector<Snapshot> nodes;
    for (size_t i = random_() % 30; i > 0; --i) nodes.push_back(Node("node-" + std::to_string(i)));
    return nodes;
  }

 private:
  Snapshot Node(const std::string& name) {
    Snapshot node = MakeNode(name, {});
    for (uint32_t i = 0; i < 8; ++i) node.gpus.push_back(MakeGpu(i, Metric::kGpuUtilization, 50));
    if (OneIn(20)) return node;  // it asks nobody
    telemetry::Ownership ownership;
    const double ages[] = {0, 0, 0, 0, 10, 10.1, 900, 900.1};
    ownership.listed_at = kNow - Seconds(Pick(ages));
    for (size_t i = random_() % 9; i > 0; --i) {
      const std::string& workload = Pick(kNames);
      Pod pod = {Pick(kNamespaces), Name(workload, Pick(kTails)), {}, {}};
      if (!taken_.insert(pod.pod_namespace + "/" + pod.name).second) continue;
      // Now and then one that another pod holds too.
      pod.gpus = {"GPU-" + std::to_string(OneIn(12) ? 0 : i - 1)};
      ownership.pods.push_back(std::move(pod));
    }
    std::sort(ownership.pods.begin(), ownership.pods.end(), [](const Pod& a, const Pod& b) {
      return std::tie(a.pod_namespace, a.name) < std::tie(b.pod_namespace, b.name);
    });
    node.pods_worked.resize(ownership.pods.size());
    node.ownership = std::make_shared<const telemetry::Ownership>(std::move(ownership));
    return node;
  }

  // As the API server does, what stands before the random part is cut to 58.
  static std::string Name(const std::string& workload, const std::string& tail) {
    const std::string whole = workload + tail;
    if (tail.size() <= 5) return whole;
    return whole.substr(0, std::min<size_t>(whole.size() - 5, 58)) + whole.substr(whole.size() - 5);
  }

  std::mt19937 random_;
  std::set<std::string> taken_;
};

struct Scan {
  bool nobody_asks = true;
  bool shared = false;
  std::vector<std::string> untold;
  // By replica: its pods with their nodes, "missing" where one is.
  std::map<std::string, std::vector<std::string>> replicas;
};

using Proofs = std::set<std::string>;

std::optional<std::string> ReplicaOf(const Pod& pod, const WorkloadRef& workload,
                                     const Proofs& proofs) {
  if (pod.pod_namespace != workload.pod_namespace) return std::nullopt;
  const auto replica = workload.kind->replica(pod.name, workload.name);
  if (!replica) return std::nullopt;
  if (workload.kind->doubt != nullptr) {
    const auto doubt = workload.kind->doubt(pod.name, workload.name);
    if (doubt && proofs.contains(std::string(*doubt))) return std::nullopt;
  }
  return std::string(*replica);
}

bool IsShared(const Snapshot& node, const Pod& pod, const WorkloadRef& workload,
              const Proofs& proofs) {
  return std::any_of(node.ownership->pods.begin(), node.ownership->pods.end(),
                     [&](const Pod& other) {
                       return !ReplicaOf(other, workload, proofs) && other.gpus == pod.gpus;
                     });
}

bool IsForgotten(const Snapshot& node) {
  return node.ownership == nullptr || kNow - node.ownership->listed_at > Seconds(900);
}

Proofs ProofsIn(const std::vector<Snapshot>& nodes, const WorkloadRef& workload) {
  Proofs proofs;
  if (workload.kind->proof == nullptr) return proofs;
  for (const Snapshot& node : nodes) {
    if (IsForgotten(node)) continue;
    for (const Pod& pod : node.ownership->pods) {
      if (pod.pod_namespace != workload.pod_namespace) continue;
      const auto proof = workload.kind->proof(pod.name, workload.name);
      if (proof) proofs.emplace(*proof);
    }
  }
  return proofs;
}

Scan ScanAll(const std::vector<Snapshot>& nodes, const WorkloadRef& workload) {
  Scan scan;
  const Proofs proofs = ProofsIn(nodes, workload);
  std::vector<const Snapshot*> ordered;
  for (const Snapshot& node : nodes) ordered.push_back(&node);
  std::sort(ordered.begin(), ordered.end(),
            [](const Snapshot* a, const Snapshot* b) { return a->node < b->node; });
  for (const Snapshot* node : ordered) {
    const bool asks = node->ownership != nullptr;
    if (asks) scan.nobody_asks = false;
    const bool told = asks && kNow - node->ownership->listed_at <= Seconds(10);
    if (!told) scan.untold.push_back(node->node);
    if (IsForgotten(*node)) continue;
    for (const Pod& pod : node->ownership->pods) {
      const auto replica = ReplicaOf(pod, workload, proofs);
      if (!replica) continue;
      scan.replicas[*replica].push_back(
          base::StrCat(pod.name, " on ", node->node, told ? "" : ", missing"));
      scan.shared = scan.shared || (told && IsShared(*node, pod, workload, proofs));
    }
  }
  return scan;
}

void ExpectAsScanned(const absl::StatusOr<WorkloadParts>& found, const Scan& scan) {
  ASSERT_TRUE(found.ok()) << found.status();
  std::map<std::string, std::vector<std::string>> replicas;
  std::string last;
  for (const Replica& replica : found->replicas) {
    ASSERT_LT(last, replica.name);
    last = replica.name;
    bool missing = false;
    for (const ReplicaPod& pod : replica.pods) {
      const bool pod_missing = pod.state == ReplicaState::kMissing;
      missing = missing || pod_missing;
      replicas[last].push_back(
          base::StrCat(pod.pod->name, " on ", pod.node->node, pod_missing ? ", missing" : ""));
      ASSERT_EQ(pod.told, !pod_missing);
    }
    ASSERT_EQ(replica.state, missing ? ReplicaState::kMissing : ReplicaState::kFresh);
  }
  ASSERT_EQ(replicas, scan.replicas);
  ASSERT_EQ(found->fresh + found->missing, scan.replicas.size());
  ASSERT_EQ(found->untold.count, scan.untold.size());
  ASSERT_EQ(found->untold.first.size(), std::min<size_t>(scan.untold.size(), 3));
  for (size_t i = 0; i < found->untold.first.size(); ++i) {
    ASSERT_EQ(found->untold.first[i]->node, scan.untold[i]);
  }
}

TEST(Replicas, AreThoseThatALookAtEveryPodFinds) {
  size_t with_replicas = 0;
  size_t shared = 0;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    RandomFleet fleet(seed);
    const std::vector<Snapshot> nodes = fleet.Nodes();
    const auto view = MakeView(nodes);
    for (const catalog::WorkloadKindRow& kind : catalog::WorkloadKinds()) {
      for (int i = 0; i < 6; ++i) {
        Trigger trigger;
        trigger.target = 80;
        const std::string& name = kind.name == "pods" ? fleet.Pick(kGlobs) : fleet.Pick(kNames);
        trigger.workload = {&kind, name, fleet.Pick(kNamespaces)};
        trigger.shared_gpus = fleet.OneIn(2) ? SharedGpus::kWhole : SharedGpus::kError;
        SCOPED_TRACE(base::StrCat("seed ", seed, ": ", WhichWorkload(*trigger.workload)));
        const Scan scan = ScanAll(nodes, *trigger.workload);
        const auto found = FindReplicas(trigger, *view, kNow, {});
        const bool refused = scan.shared && trigger.shared_gpus == SharedGpus::kError;
        if (refused || (scan.nobody_asks && !nodes.empty())) {
          ASSERT_EQ(found.status().code(), absl::StatusCode::kFailedPrecondition);
        } else {
          ExpectAsScanned(found, scan);
        }
        if (refused) ++shared;
        if (!scan.replicas.empty()) ++with_replicas;
      }
    }
  }
  EXPECT_GT(with_replicas, 1000u) << "the fleets are worth looking at";
  EXPECT_GT(shared, 50u);
}

}  // namespace
}  // namespace gpuscaler::scaling
