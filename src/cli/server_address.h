// HOST:PORT of a server, as a flag gives it.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace gpuscaler::cli {

// INVALID_ARGUMENT naming `flag`: no HOST, or no port from 1 to 65535.
absl::Status CheckServerAddress(std::string_view flag, std::string_view address);

}  // namespace gpuscaler::cli
