#include "cli/refuse.h"

#include <cstdio>

namespace gpuscaler::cli {

int Refuse(std::string_view text) {
  std::fprintf(stderr, "keda-gpu-scaler: %.*s\n", static_cast<int>(text.size()), text.data());
  return 2;
}

}  // namespace gpuscaler::cli
