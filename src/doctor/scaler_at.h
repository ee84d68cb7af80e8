// The scaler that is asked.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "doctor/examined.h"
#include "keda/keda_client.h"

namespace gpuscaler::doctor {

// Whether anybody listens there.
absl::Status Listens(const Examined& examined);
// INVALID_ARGUMENT: TLS' files are of no use.
absl::StatusOr<std::unique_ptr<keda::KedaClient>> ClientOf(const Examined& examined);

}  // namespace gpuscaler::doctor
