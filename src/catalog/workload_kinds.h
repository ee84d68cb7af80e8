// The table of workload kinds: whose pod a pod is, told by its name alone, by
// the rules after which Kubernetes' controllers name their pods.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gpuscaler::catalog {

struct WorkloadKindRow {
  std::string_view name;  // "deployment", as a trigger's `workload` names it
  bool stable_names;      // a pod that replaces another one has its name
  // What the pod is of the workload `name`: its replica, which is the pod itself,
  // or the group of a LeaderWorkerSet; empty: it is none of its pods. The text
  // is a part of `pod`.
  std::optional<std::string_view> (*replica)(std::string_view pod, std::string_view name);
  // Where a name fits another workload of the kind as well: `doubt` of a pod is why it may be the
  // other's ("big-1" of "big-1-2", which is worker 2 of group 1 of `big`, or leads group 2 of
  // `big-1`), and `proof` of a pod which doubts are right ("big-1" of "big-1-0", as no worker is
  // called). A pod in doubt is none of `name`'s where there is the proof. nullptr: no name fits
  // two. The texts are parts of `pod` or `name`.
  std::optional<std::string_view> (*doubt)(std::string_view pod, std::string_view name) = nullptr;
  std::optional<std::string_view> (*proof)(std::string_view pod, std::string_view name) = nullptr;
};

std::span<const WorkloadKindRow> WorkloadKinds();
// nullptr: no kind of this name. Exact match.
const WorkloadKindRow* FindWorkloadKind(std::string_view name);
// "deployment, rollout, ...".
std::string WorkloadKindNames();

// Whether `text` matches `glob`, in which * stands for any text and ? for one
// character.
bool MatchesGlob(std::string_view text, std::string_view glob);

// The names that a workload which owns `pod` can have: the pod's name without its
// last one and its last two parts.
struct PodStems {
  std::string_view one;  // "llm-7d9c8b5f4d" of "llm-7d9c8b5f4d-x2b4k"; empty: none
  std::string_view two;  // "llm"; empty: none
};
PodStems StemsOf(std::string_view pod);
// Whether `name` is a stem of every pod of such a workload: not where it is a
// glob, nor where it is so long that the names of the pods may have been cut.
bool IsStemOfItsPods(const WorkloadKindRow& kind, std::string_view name);
// So much of a workload's name its pods' names begin with at most, where Kubernetes
// completes them.
inline constexpr size_t kLongestPodPrefix = 58;
// Whether `name` is so long that its pods' names end within it: by their names those of
// another workload that begins alike are its own.
bool EndsBeyondItsPods(const WorkloadKindRow& kind, std::string_view name);

}  // namespace gpuscaler::catalog
