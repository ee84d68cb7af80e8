#include "fleet/collector.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/memory.h"
#include "base/strings.h"
#include "fleet/holdings.h"
#include "fleet/hot_change.h"

namespace gpuscaler::fleet {
namespace {

using telemetry::Snapshot;

constexpr base::Duration kLookForSilentNodes = std::chrono::seconds(5);

// One line a minute about one node or peer.
constexpr base::Duration kTellAgainAfter = std::chrono::minutes(1);
constexpr size_t kMostTold = 1024;

}  // namespace

base::Duration ReportInterval(size_t nodes) {
  constexpr size_t kNodesPerStep = 200;
  constexpr size_t kLongest = 5;
  const size_t steps = std::clamp<size_t>((nodes + kNodesPerStep - 1) / kNodesPerStep, 1, kLongest);
  return std::chrono::milliseconds(200) * static_cast<int64_t>(steps);
}

Collector::Collector(const Options& options, telemetry::Store& store, const HotGpus& hot)
    : options_(options),
      hot_(hot),
      warm_up_(base::Now()),
      publisher_(store),
      forget_thread_("forget", kLookForSilentNodes,
                     [this](base::SteadyTime now) { ForgetSilentNodes(now); }) {}

// Three reports that did not come are no accident.
bool Collector::IsHeard(const Node& node, base::SteadyTime now) const {
  const base::Duration silent_after =
      std::max<base::Duration>(3 * report_interval(), std::chrono::seconds(2));
  return node.stream != 0 && now - node.heard_at <= silent_after;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Collector::Join(StreamId stream,
                                                                const std::string& name,
                                                                const std::string& peer,
                                                                base::SteadyTime now,
                                                                uint64_t instance) {
  base::MutexLock lock(mutex_);
  auto found = nodes_.find(name);
  if (found == nodes_.end()) {
    if (nodes_.size() >= options_.max_nodes) {
      return absl::ResourceExhaustedError(
          base::StrCat("this gateway holds ", nodes_.size(),
                       " nodes, the most it takes: --max-nodes=", options_.max_nodes));
    }
    const uint64_t resident = options_.max_memory_bytes > 0 ? base::ResidentBytes() : 0;
    if (resident > options_.max_memory_bytes) {
      return absl::ResourceExhaustedError(base::StrCat(
          "this gateway has no memory for further nodes: it holds ", nodes_.size(), " and takes ",
          resident >> 20, " MiB; allowed are --max-memory-mib=", options_.max_memory_bytes >> 20));
    }
    found = nodes_.emplace(name, Node()).first;
    nodes_known_.store(nodes_.size());
    warm_up_.Joined(now);
  } else if (IsHeard(found->second, now)) {
    if (instance != 0 && instance == found->second.instance) {
      return absl::AbortedError(base::StrCat("node ", name, " reports here already, from ",
                                             found->second.peer, ": by another address"));
    }
    ++stats_.refused_streams;
    return absl::AlreadyExistsError(
        base::StrCat("node ", name, " reports already, from ", found->second.peer));
  }
  Node& node = found->second;
  node.stream = stream;
  node.peer = peer;
  node.instance = instance;
  node.heard_at = now;
  return node.newest;
}

absl::Status Collector::Take(StreamId stream, Snapshot snapshot, base::SteadyTime now,
                             const HotGpus::OfNode& hot) {
  bool urgent = false;
  std::shared_ptr<const Snapshot> newest;
  {
    base::MutexLock lock(mutex_);
    const auto found = nodes_.find(snapshot.node);
    if (found == nodes_.end() || found->second.stream != stream) {
      return absl::AbortedError(
          base::StrCat("this stream does not report for node ", snapshot.node, " any more"));
    }
    ++stats_.reports;
    Node& node = found->second;
    if (!IsUncontested(node, snapshot)) {
      claims_.Release(snapshot.node);  // what it lists no more is free
      node.contested = Contest(snapshot, now);
    }
    newest = std::make_shared<const Snapshot>(std::move(snapshot));
    // One that was not due yet tells of a change that somebody waits for; one that was
    // may do so too.
    urgent =
        hot.any() &&
        (now - node.heard_at < report_interval() * 3 / 4 ||
         (node.newest != nullptr && HotDiffers(hot, *node.newest, *newest, catalog::Lane::kFast)));
    node.heard_at = now;
    node.newest = newest;
  }
  publisher_.Add(std::move(newest), urgent);
  return absl::OkStatus();
}

// Who has GPUs of its own keeps them: that need not be looked up again.
bool Collector::IsUncontested(const Node& node, const Snapshot& next) {
  return node.newest != nullptr && !node.contested && telemetry::SameGpus(*node.newest, next) &&
         SameHoldings(*node.newest, next);
}

bool Collector::Contest(Snapshot& snapshot, base::SteadyTime now) {
  bool any = false;
  for (telemetry::GpuSnapshot& gpu : snapshot.gpus) {
    const std::string& uuid = gpu.identity->uuid;
    if (uuid.empty()) continue;
    const std::string holder = claims_.Claim(uuid, snapshot.node);
    if (holder == snapshot.node) continue;
    const auto other = nodes_.find(holder);
    if (other == nodes_.end() || !IsHeard(other->second, now) ||
        telemetry::FindGpu(*other->second.newest, uuid) == nullptr) {
      claims_.Give(uuid, snapshot.node);
      if (other != nodes_.end()) TakeAway(other->second, uuid, snapshot.node);
      continue;
    }
    any = true;
    ++stats_.contested_gpus;
    gpu.status = absl::FailedPreconditionError(
        base::StrCat("node ", holder, " reports GPU ", uuid, " too, and did so first"));
    gpu.reading_failures = {};
    gpu.readings = {};
    if (MayTell(snapshot.node, now)) {
      base::LogWarn("two nodes report one GPU: the first one's readings count",
                    {{"node", snapshot.node}, {"error", base::Message(gpu.status)}});
    }
  }
  return DropOwnersOfOthers(snapshot, now) || any;
}

bool Collector::DropOwnersOfOthers(Snapshot& snapshot, base::SteadyTime now) {
  std::string gpu;
  std::string node;
  const auto is_anothers = [&](const std::string& uuid) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::string* holder = claims_.HolderOf(uuid);
    if (holder == nullptr || *holder == snapshot.node) return false;
    const auto other = nodes_.find(*holder);
    if (other == nodes_.end() || !IsHeard(other->second, now)) return false;
    gpu = uuid;
    node = *holder;
    return true;
  };
  const ForeignHoldings foreign = DropForeignHoldings(snapshot, is_anothers);
  stats_.foreign_holdings += foreign.dropped;
  if (foreign.dropped > 0 && MayTell(snapshot.node, now)) {
    base::LogWarn("a node lists pods on a GPU that another one reports: they do not count",
                  {{"node", snapshot.node}, {"gpu", gpu}, {"reportedBy", node}});
  }
  return foreign.listed > 0;
}

// What the silent node last said of the GPU would count beside what the other one
// says now.
void Collector::TakeAway(Node& silent, const std::string& uuid, const std::string& by) {
  silent.contested = true;  // should it come back
  if (telemetry::FindGpu(*silent.newest, uuid) == nullptr) return;
  Snapshot without = *silent.newest;
  for (telemetry::GpuSnapshot& gpu : without.gpus) {
    if (gpu.identity->uuid != uuid) continue;
    gpu.status = absl::FailedPreconditionError(base::StrCat("node ", by, " reports it now"));
    gpu.reading_failures = {};
    gpu.readings = {};
  }
  silent.newest = std::make_shared<const Snapshot>(std::move(without));
  publisher_.Add(silent.newest, false);
}

void Collector::Leave(StreamId stream, const std::string& name) {
  base::MutexLock lock(mutex_);
  const auto found = nodes_.find(name);
  if (found != nodes_.end() && found->second.stream == stream) found->second.stream = 0;
}

void Collector::Refused(const std::string& node, const std::string& peer, const absl::Status& why,
                        base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  const bool is_bad =
      !absl::IsAlreadyExists(why) && !absl::IsAborted(why) && !absl::IsResourceExhausted(why);
  if (is_bad) ++stats_.bad_reports;
  if (!MayTell(node.empty() ? peer : node, now)) return;
  base::LogWarn("a node's reports are refused",
                {{"node", node}, {"peer", peer}, {"error", base::Message(why)}});
}

bool Collector::MayTell(const std::string& about, base::SteadyTime now) {
  if (told_at_.size() >= kMostTold) {
    std::erase_if(told_at_,
                  [now](const auto& told) { return now - told.second >= kTellAgainAfter; });
    if (told_at_.size() >= kMostTold) return false;
  }
  const auto [at, is_new] = told_at_.emplace(about, now);
  if (!is_new && now - at->second < kTellAgainAfter) return false;
  at->second = now;
  return true;
}

void Collector::ForgetSilentNodes(base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  for (auto at = nodes_.begin(); at != nodes_.end();) {
    if (IsHeard(at->second, now) || now - at->second.heard_at <= options_.forget_after) {
      ++at;
      continue;
    }
    base::LogInfo("a node that is silent leaves the fleet", {{"node", at->first}});
    claims_.Release(at->first);
    publisher_.Forget(at->first);
    at = nodes_.erase(at);
  }
  nodes_known_.store(nodes_.size());
}

Collector::Stats Collector::stats() const {
  base::MutexLock lock(mutex_);
  Stats stats = stats_;
  stats.nodes = nodes_.size();
  stats.streams = static_cast<size_t>(std::count_if(
      nodes_.begin(), nodes_.end(), [](const auto& node) { return node.second.stream != 0; }));
  return stats;
}

}  // namespace gpuscaler::fleet
