// What the keys of a trigger that name its signal at zero replicas come to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "scaling/metadata_key.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Empty: the trigger has none. INVALID_ARGUMENT: one of its two keys is missing.
absl::StatusOr<std::optional<ActivationSignal>> ChooseActivation(const TriggerDraft& draft);

// Reader of metadata_key.h: ENGINE/QUANTITY, or a series as engineMetric names one.
std::string ReadActivationMetric(std::string_view value, TriggerDraft& draft);

}  // namespace gpuscaler::scaling
