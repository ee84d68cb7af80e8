// The keys that name a metric and its target at once.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "catalog/metrics.h"
#include "scaling/metadata_key.h"

namespace gpuscaler::scaling {

// targetGpuUtilization or targetMemoryUtilization: metric and target at once.
struct Shorthand {
  std::string_view key;
  catalog::Metric metric;
  std::optional<double> target;
};

// The one that the draft has; without a target where it has none.
// INVALID_ARGUMENT where two are given, or one contradicts metricType or
// targetValue.
absl::StatusOr<Shorthand> FindShorthand(const TriggerDraft& draft);

}  // namespace gpuscaler::scaling
