// What the keys of a trigger that make its metric one of engines come to.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "catalog/metrics.h"
#include "scaling/metadata_key.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// The number that engines tell, if the trigger asks for one: by `metric`, which it or
// its profile names, unless it names a quantity or a series. Empty: `metric` is read
// from GPUs. INVALID_ARGUMENT: a key is missing, or one that means nothing beside
// the others.
absl::StatusOr<std::optional<EngineMetric>> ChooseEngineMetric(const TriggerDraft& draft,
                                                               const catalog::MetricRow& metric);

// Readers of metadata_key.h.
std::string ReadEngine(std::string_view value, TriggerDraft& draft);
std::string ReadEngineMetric(std::string_view value, TriggerDraft& draft);
// What is wrong with a URL; empty: nothing.
std::string ReadUrl(std::string_view value, std::optional<std::string>* url);

}  // namespace gpuscaler::scaling
