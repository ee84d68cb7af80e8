// The table of profiles: starting points for a kind of workload, which a
// trigger names with `profile` and overrides key by key.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/aggregations.h"
#include "catalog/metrics.h"

namespace gpuscaler::catalog {

struct ProfileRow {
  std::string_view name;
  std::string_view help;
  std::string_view metric_name;  // what KEDA and HPA show
  Metric metric;
  // The metric instead, where the trigger gives the engine's endpoint.
  std::optional<Metric> metric_with_endpoint;
  std::optional<double> target;  // empty: the trigger must give it
  double activation;
  std::optional<Aggregation> aggregation;  // empty: the trigger's default
  bool always_active;
};

std::span<const ProfileRow> Profiles();
// nullptr: no profile of this name. Exact match.
const ProfileRow* FindProfile(std::string_view name);
// "vllm-inference, vllm-inflight, ...".
std::string ProfileNames();

}  // namespace gpuscaler::catalog
