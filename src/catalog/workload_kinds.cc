#include "catalog/workload_kinds.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

// Names that the API server completes (generateName) get five characters of an
// alphabet without vowels and without 0, 1 and 3; what stands before them is cut
// to 58 (k8s.io/apiserver, storage/names).
constexpr std::string_view kRandomAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr size_t kRandomLength = 5;

// A ReplicaSet is named after its Deployment and a hash: a 32-bit number in
// decimal, each digit d written as the (48 + d) mod 27th of that alphabet
// (k8s.io/apimachinery, SafeEncodeString). One in four million has fewer than
// four digits; taken as a hash, so short a text would more often be a part of
// another workload's name ("llm-8b").
constexpr std::string_view kHashAlphabet = "456789bcdf";
constexpr size_t kShortestHash = 4;
constexpr size_t kLongestHash = 10;

// Of an Indexed Job's completions there are fewer than 2^31.
constexpr size_t kLongestIndex = 10;

using Replica = std::optional<std::string_view>;

bool AllIn(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && AllIn(text, "0123456789") && (text.size() == 1 || text[0] != '0');
}

// `pod` without its five random characters; empty: it has none.
std::string_view WithoutRandom(std::string_view pod) {
  if (pod.size() <= kRandomLength) return {};
  const size_t cut = pod.size() - kRandomLength;
  return AllIn(pod.substr(cut), kRandomAlphabet) ? pod.substr(0, cut) : std::string_view();
}

// Whether `text` is `name`, then "-".
bool IsNameAndHyphen(std::string_view text, std::string_view name) {
  return text.size() == name.size() + 1 && text.starts_with(name) && text.back() == '-';
}

// NAME-XXXXX, the part before the random one cut to 58.
bool IsGenerated(std::string_view prefix, std::string_view name) {
  if (name.size() + 1 > kLongestPodPrefix) return prefix == name.substr(0, kLongestPodPrefix);
  return IsNameAndHyphen(prefix, name);
}

// NAME-HASH-XXXXX, likewise.
Replica OfReplicaSet(std::string_view pod, std::string_view name) {
  const std::string_view prefix = WithoutRandom(pod);
  if (prefix.empty()) return std::nullopt;
  if (name.size() + 1 >= kLongestPodPrefix) {
    return IsGenerated(prefix, name) ? Replica(pod) : std::nullopt;
  }
  if (prefix.size() <= name.size() + 1 || !IsNameAndHyphen(prefix.substr(0, name.size() + 1), name))
    return std::nullopt;
  std::string_view hash = prefix.substr(name.size() + 1);
  const bool whole = hash.ends_with('-');
  if (whole) hash.remove_suffix(1);
  const bool cut = prefix.size() == kLongestPodPrefix;
  if (hash.size() > kLongestHash || !AllIn(hash, kHashAlphabet)) return std::nullopt;
  return (whole ? hash.size() >= kShortestHash : cut) ? Replica(pod) : std::nullopt;
}

// NAME-ORDINAL.
Replica OfStatefulSet(std::string_view pod, std::string_view name) {
  if (pod.size() <= name.size() + 1 || !IsNameAndHyphen(pod.substr(0, name.size() + 1), name)) {
    return std::nullopt;
  }
  return IsNumber(pod.substr(name.size() + 1)) ? Replica(pod) : std::nullopt;
}

// NAME-XXXXX.
Replica OfDaemonSet(std::string_view pod, std::string_view name) {
  const std::string_view prefix = WithoutRandom(pod);
  return !prefix.empty() && IsGenerated(prefix, name) ? Replica(pod) : std::nullopt;
}

// As a DaemonSet's, or NAME-INDEX-XXXXX, whose index is never cut.
Replica OfJob(std::string_view pod, std::string_view name) {
  if (const Replica plain = OfDaemonSet(pod, name)) return plain;
  std::string_view prefix = WithoutRandom(pod);
  if (!prefix.ends_with('-')) return std::nullopt;
  const bool may_be_cut = prefix.size() == kLongestPodPrefix;
  prefix.remove_suffix(1);
  const size_t hyphen = prefix.rfind('-');
  if (hyphen == std::string_view::npos) return std::nullopt;
  const std::string_view index = prefix.substr(hyphen + 1);
  if (!IsNumber(index) || index.size() > kLongestIndex) return std::nullopt;
  const std::string_view head = prefix.substr(0, hyphen);
  if (head == name || (may_be_cut && name.size() > head.size() && name.starts_with(head))) {
    return pod;
  }
  return std::nullopt;
}

// An indexed pod fits the Job NAME-INDEX too. A Job is indexed or it is not.
Replica DoubtOfJob(std::string_view pod, std::string_view name) {
  return !OfDaemonSet(pod, name) && OfJob(pod, name) ? Replica(name) : std::nullopt;
}
Replica ProofOfJob(std::string_view pod, std::string_view name) {
  return OfDaemonSet(pod, name) ? Replica(name) : std::nullopt;
}

struct GroupAndNumber {
  std::string_view group;  // NAME-GROUP; empty: it is none
  std::string_view number;
};
GroupAndNumber OfGroup(std::string_view pod, std::string_view name) {
  const size_t hyphen = pod.rfind('-');
  if (hyphen == std::string_view::npos || !IsNumber(pod.substr(hyphen + 1))) return {};
  if (!OfStatefulSet(pod.substr(0, hyphen), name)) return {};
  return {pod.substr(0, hyphen), pod.substr(hyphen + 1)};
}

// NAME-GROUP is the leader, NAME-GROUP-WORKER a worker, from 1 on: the replica is the group.
Replica OfLeaderWorkerSet(std::string_view pod, std::string_view name) {
  if (const Replica leader = OfStatefulSet(pod, name)) return leader;
  const GroupAndNumber worker = OfGroup(pod, name);
  return worker.group.empty() || worker.number == "0" ? std::nullopt : Replica(worker.group);
}

// A worker fits the LeaderWorkerSet NAME-GROUP too, whose first leader has a name of its own.
Replica DoubtOfLeaderWorkerSet(std::string_view pod, std::string_view name) {
  const GroupAndNumber worker = OfGroup(pod, name);
  return worker.group.empty() || worker.number == "0" ? std::nullopt : Replica(worker.group);
}
Replica ProofOfLeaderWorkerSet(std::string_view pod, std::string_view name) {
  const GroupAndNumber leader = OfGroup(pod, name);
  return leader.number == "0" ? Replica(leader.group) : std::nullopt;
}

Replica OfGlob(std::string_view pod, std::string_view name) {
  return MatchesGlob(pod, name) ? Replica(pod) : std::nullopt;
}

constexpr std::array<WorkloadKindRow, 7> kKinds = {{
    {"deployment", false, OfReplicaSet},
    {"rollout", false, OfReplicaSet},
    {"statefulset", true, OfStatefulSet},
    {"daemonset", false, OfDaemonSet},
    {"job", false, OfJob, DoubtOfJob, ProofOfJob},
    {"leaderworkerset", true, OfLeaderWorkerSet, DoubtOfLeaderWorkerSet, ProofOfLeaderWorkerSet},
    {"pods", false, OfGlob},
}};

}  // namespace

std::span<const WorkloadKindRow> WorkloadKinds() {
  return kKinds;
}

const WorkloadKindRow* FindWorkloadKind(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [name](const WorkloadKindRow& row) { return row.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

std::string WorkloadKindNames() {
  std::string names;
  for (const WorkloadKindRow& row : kKinds) base::AppendItem(&names, row.name);
  return names;
}

// The usual walk: on a mismatch the last * takes one character more.
bool MatchesGlob(std::string_view text, std::string_view glob) {
  size_t t = 0;
  size_t g = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

PodStems StemsOf(std::string_view pod) {
  PodStems stems;
  const size_t last = pod.rfind('-');
  if (last == std::string_view::npos) return stems;
  stems.one = pod.substr(0, last);
  const size_t before = stems.one.rfind('-');
  if (before != std::string_view::npos) stems.two = pod.substr(0, before);
  return stems;
}

bool IsStemOfItsPods(const WorkloadKindRow& kind, std::string_view name) {
  if (kind.replica == OfGlob) return false;
  // "-", a hash and "-", or "-", an index and "-".
  constexpr size_t kLongestMiddle = 2 + std::max(kLongestHash, kLongestIndex);
  return kind.stable_names || name.size() + kLongestMiddle <= kLongestPodPrefix;
}

bool EndsBeyondItsPods(const WorkloadKindRow& kind, std::string_view name) {
  return !kind.stable_names && kind.replica != OfGlob && name.size() >= kLongestPodPrefix;
}

}  // namespace gpuscaler::catalog
