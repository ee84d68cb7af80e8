// The bare network: 100 bytes to echo_server and back.
#pragma once

#include "absl/status/status.h"
#include "bench/recorder.h"

namespace gpuscaler::bench {

inline constexpr size_t kEchoBytes = 100;

absl::Status RunEchoLoad(const LoadOptions& options, Recorder& recorder);

}  // namespace gpuscaler::bench
