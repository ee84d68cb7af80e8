// A trigger's metadata, key by key.
#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "scaling/metadata_key.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// What each key says by itself; what they say together is not looked at.
// INVALID_ARGUMENT naming key, value and what is allowed: a key that is unknown or
// given twice, a value that is not allowed, more than a trigger may say. Of several
// faults always the same one.
absl::StatusOr<TriggerDraft> ReadMetadata(std::span<const MetadataEntry> metadata);

}  // namespace gpuscaler::scaling
