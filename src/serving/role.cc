#include "serving/role.h"

#include "serving/health.h"

namespace gpuscaler::serving {

Role NodeRole(const telemetry::Store& store, base::Duration stale_after) {
  Role role;
  role.readiness = [&store, stale_after](base::SteadyTime now) {
    return FreshnessOf(*store.Load(), now, stale_after);
  };
  // Before its sampler's first word a node would pass for a fleet of none.
  role.is_complete = [&store](base::SteadyTime) {
    return store.Load()->nodes().empty()
               ? absl::UnavailableError("no data has arrived yet from this node's GPUs")
               : absl::OkStatus();
  };
  role.unseen = [](base::SteadyTime) { return absl::OkStatus(); };
  return role;
}

Role GatewayRole(const fleet::WarmUp& warm_up, const fleet::TurnedAway& turned_away,
                 fleet::HotGpus& hot) {
  Role role;
  role.is_complete = [&warm_up](base::SteadyTime now) { return warm_up.Over(now); };
  role.unseen = [&turned_away](base::SteadyTime now) { return turned_away.At(now); };
  role.readiness = [&warm_up](base::SteadyTime now) {
    Freshness freshness = {warm_up.Over(now)};
    if (!freshness.status.ok()) freshness.until = warm_up.ends_at();
    return freshness;
  };
  role.hot = &hot;
  return role;
}

}  // namespace gpuscaler::serving
