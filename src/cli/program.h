// A role of the program as the process sees it.
#pragma once

#include "absl/status/status.h"

namespace gpuscaler::cli {

class Program {
 public:
  virtual ~Program() = default;
  // An error: a port could not be had.
  virtual absl::Status Start() = 0;
  // Streams end, calls in flight finish. Else what hangs, and the destructor would
  // wait for it.
  [[nodiscard]] virtual absl::Status Stop() = 0;
};

}  // namespace gpuscaler::cli
