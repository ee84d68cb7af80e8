// A request's reference to a ScaledObject: whether it is one, and its trigger.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "externalscaler.pb.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {

// Kubernetes' own limits, in bytes.
inline constexpr size_t kLongestName = 253;
inline constexpr size_t kLongestNamespace = 63;

// INVALID_ARGUMENT for one without a name, or with one that is too long.
absl::Status CheckReference(const externalscaler::ScaledObjectRef& object);

// INVALID_ARGUMENT as CheckReference and ParseTrigger.
absl::StatusOr<scaling::Trigger> ReadTrigger(const externalscaler::ScaledObjectRef& object);

// By which ValueWindows knows the past of a trigger.
std::string WindowKey(const externalscaler::ScaledObjectRef& object);

}  // namespace gpuscaler::serving
