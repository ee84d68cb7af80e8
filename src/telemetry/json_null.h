// `null` in the JSON of a snapshot.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "telemetry.pb.h"

namespace gpuscaler::telemetry {

// Protobuf reads a null in a map as 0, which nobody has measured. Takes each reading
// that is null in `json`, of which `message` was read, out of the message: it is absent.
// INVALID_ARGUMENT for a null in the place of a GPU.
absl::Status DropNullReadings(std::string_view json, v1::NodeSnapshot& message);

}  // namespace gpuscaler::telemetry
