#include "fleet/collector.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/strings.h"
#include "fleet/holdings.h"
#include "fleet/hot_change.h"
#include "fleet/report_allowance.h"
#include "rpc/peer_name.h"

namespace gpuscaler::fleet {
namespace {

using telemetry::Snapshot;

constexpr base::Duration kLookForSilentNodes = std::chrono::seconds(5);

}  // namespace

base::Duration ReportInterval(size_t nodes) {
  constexpr size_t kNodesPerStep = 200;
  constexpr size_t kLongest = 5;
  const size_t steps = std::clamp<size_t>((nodes + kNodesPerStep - 1) / kNodesPerStep, 1, kLongest);
  return std::chrono::milliseconds(200) * static_cast<int64_t>(steps);
}

Collector::Collector(const Options& options, telemetry::Store& store, const HotGpus& hot)
    : forget_after_(options.forget_after),
      hot_(hot),
      warm_up_(base::Now()),
      publisher_(store),
      nodes_(options.limits),
      forget_thread_("forget", kLookForSilentNodes,
                     [this](base::SteadyTime now) { ForgetSilentNodes(now); }) {}

// Three reports that did not come are no accident.
bool Collector::IsHeard(const Member& node, base::SteadyTime now) const {
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
  Member* node = nodes_.Find(name);
  if (node == nullptr) {
    const absl::StatusOr<std::string> leaves = nodes_.RoomFor(peer);
    if (!leaves.ok()) turned_away_.Note(now + TurnedAway::kLasts);
    if (!leaves.ok()) return leaves.status();
    if (!leaves->empty()) Evict(*leaves, peer, now);
    node = &nodes_.Add(name, peer);
    nodes_known_.store(nodes_.size());
    warm_up_.Joined(now);
  } else if (IsHeard(*node, now)) {
    if (instance != 0 && instance == node->instance) {
      return absl::AbortedError(base::StrCat("node ", name, " reports here already, from ",
                                             node->peer, ": by another address"));
    }
    ++stats_.refused_streams;
    return absl::AlreadyExistsError(
        base::StrCat("node ", name, " reports already, from ", node->peer));
  }
  node->stream = stream;
  if (node->peer != peer) nodes_.Move(*node, peer);
  node->instance = instance;
  node->heard_at = now;
  return node->newest;
}

void Collector::Evict(const std::string& name, const std::string& peer, base::SteadyTime now) {
  ++stats_.evicted_nodes;
  const Member& leaves = *nodes_.Find(name);
  // One that says nothing just now was missed for so long, with its pods.
  turned_away_.Note(IsHeard(leaves, now) ? now + TurnedAway::kLasts
                                         : leaves.heard_at + forget_after_);
  const std::string& own_peer = leaves.peer;
  if (MayTell(std::string(rpc::HostOf(own_peer)), now)) {
    base::LogWarn("a node makes room for one of another address: its own has the most",
                  {{"node", name}, {"peer", own_peer}, {"for", peer}});
  }
  Forget(name);
  nodes_.Remove(name);
}

bool Collector::MayTell(const std::string& about, base::SteadyTime now) {
  const bool may = complaints_.Take(about, now);
  if (const uint64_t left_out = complaints_.TakeLeftOut(now); left_out > 0) {
    base::LogWarn("too much is wrong with nodes to log all of it", {{"leftOut", left_out}});
  }
  return may;
}

void Collector::Forget(const std::string& name) {
  claims_.Release(name);
  publisher_.Forget(name);
}

absl::Status Collector::Take(StreamId stream, Snapshot snapshot, base::SteadyTime now,
                             const HotGpus::OfNode& hot) {
  bool urgent = false;
  std::shared_ptr<const Snapshot> newest;
  {
    base::MutexLock lock(mutex_);
    Member* const found = nodes_.Find(snapshot.node);
    if (found == nullptr || found->stream != stream) {
      return absl::AbortedError(
          base::StrCat("this stream does not report for node ", snapshot.node, " any more"));
    }
    ++stats_.reports;
    Member& node = *found;
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
bool Collector::IsUncontested(const Member& node, const Snapshot& next) {
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
    Member* const other = nodes_.Find(holder);
    if (other == nullptr || !IsHeard(*other, now) ||
        telemetry::FindGpu(*other->newest, uuid) == nullptr) {
      claims_.Give(uuid, snapshot.node);
      if (other != nullptr) TakeAway(*other, uuid, snapshot.node);
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
    const Member* const other = nodes_.Find(*holder);
    if (other == nullptr || !IsHeard(*other, now)) return false;
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
void Collector::TakeAway(Member& silent, const std::string& uuid, const std::string& by) {
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
  Member* const node = nodes_.Find(name);
  if (node != nullptr && node->stream == stream) node->stream = 0;
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

void Collector::Broke(const std::string& node, const std::string& peer, base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  ++stats_.broken_streams;
  if (!base::LogEnabled(base::LogLevel::kInfo)) return;
  if (!endings_.Take(node.empty() ? std::string(rpc::HostOf(peer)) : node, now)) return;
  base::LogInfo(
      "a stream of reports broke off: the node or its connection ended, or a report was far too"
      " large",
      {{"node", node}, {"peer", peer}});
}

void Collector::IsHasty(const std::string& node, const std::string& peer, base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  ++stats_.hasty_streams;
  if (!MayTell(base::StrCat(node, " is hasty"), now)) return;
  base::LogWarn("a node reports more often than is read, and what it says grows old",
                {{"node", node},
                 {"peer", peer},
                 {"readASecond", static_cast<int>(ReportAllowance::kMostRead)}});
}

void Collector::ForgetSilentNodes(base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  for (auto at = nodes_.begin(); at != nodes_.end();) {
    if (IsHeard(at->second, now) || now - at->second.heard_at <= forget_after_) {
      ++at;
      continue;
    }
    base::LogInfo("a node that is silent leaves the fleet", {{"node", at->first}});
    Forget(at->first);
    at = nodes_.Remove(at);
  }
  nodes_known_.store(nodes_.size());
}

Collector::Stats Collector::stats() const {
  base::MutexLock lock(mutex_);
  Stats stats = stats_;
  stats.nodes = nodes_.size();
  stats.streams = nodes_.streams();
  return stats;
}

}  // namespace gpuscaler::fleet
