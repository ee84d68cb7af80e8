#include "workloads/pod_ledger.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace gpuscaler::workloads {
namespace {

// The UUID of the GPU, or the name itself where no GPU of the node has it: the
// pod holds something that cannot be read.
std::string UuidOf(const Holding& holding, const Identities& gpus) {
  for (const auto& identity : gpus) {
    if (Names(holding.gpu, *identity)) return identity->uuid;
  }
  return holding.gpu.uuid.empty() ? holding.device : holding.gpu.uuid;
}

// `listing`, and what `earlier` holds of pods that are not in it.
std::vector<Holding> WithMissing(const std::vector<Holding>& listing,
                                 const std::vector<Holding>& earlier) {
  std::set<std::pair<std::string_view, std::string_view>> listed;
  for (const Holding& holding : listing) listed.emplace(holding.pod_namespace, holding.pod);
  std::vector<Holding> all = listing;
  for (const Holding& holding : earlier) {
    if (!listed.contains({holding.pod_namespace, holding.pod})) all.push_back(holding);
  }
  return all;
}

}  // namespace

std::shared_ptr<const telemetry::Ownership> PodLedger::Enter(const absl::StatusOr<Listing>& listing,
                                                             const Identities& gpus,
                                                             base::SteadyTime now) {
  auto next = std::make_shared<telemetry::Ownership>();
  if (listing.ok()) {
    *next = Read(*listing, gpus, now);
  } else {
    *next = *newest_;
    next->status = listing.status();
  }
  newest_ = next;
  return next;
}

telemetry::Ownership PodLedger::Read(const Listing& listing, const Identities& gpus,
                                     base::SteadyTime now) {
  const std::vector<Holding> holdings =
      listing.whole ? listing.holdings : WithMissing(listing.holdings, listed_);
  listed_ = listing.holdings;
  std::map<PodName, std::optional<base::SteadyTime>> appeared;
  for (const Holding& holding : holdings) {
    const PodName name(holding.pod_namespace, holding.pod);
    const auto known = appeared_.find(name);
    const auto fresh = looked_ ? std::optional(now) : std::nullopt;
    appeared.emplace(name, known == appeared_.end() ? fresh : known->second);
  }
  appeared_ = std::move(appeared);
  looked_ = true;

  // When the youngest holder of a device appeared.
  std::unordered_map<std::string, std::optional<base::SteadyTime>> youngest;
  for (const Holding& holding : holdings) {
    const auto& came = appeared_.at({holding.pod_namespace, holding.pod});
    const auto [at, is_new] = youngest.emplace(holding.device, came);
    if (!is_new) at->second = std::max(at->second, came);
  }

  std::map<PodName, std::set<std::string>> gpus_of;
  for (const Holding& holding : holdings) {
    const PodName name(holding.pod_namespace, holding.pod);
    if (holding.exclusive && appeared_.at(name) < youngest.at(holding.device)) continue;
    gpus_of[name].insert(UuidOf(holding, gpus));
  }
  telemetry::Ownership ownership;
  ownership.listed_at = now;
  for (const auto& [name, uuids] : gpus_of) {
    ownership.pods.push_back(
        {name.first, name.second, appeared_.at(name), {uuids.begin(), uuids.end()}});
  }
  return ownership;
}

}  // namespace gpuscaler::workloads
