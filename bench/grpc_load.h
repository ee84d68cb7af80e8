// GetMetrics calls as fast as they are answered, from one completion queue on
// one thread.
#pragma once

#include "absl/status/status.h"
#include "bench/recorder.h"

namespace gpuscaler::bench {

// Until `recorder` has enough. The first call that fails ends it.
absl::Status RunGrpcLoad(const LoadOptions& options, Recorder& recorder);

}  // namespace gpuscaler::bench
