#include "cli/refuse.h"

#include <cstdio>
#include <string>

#include "base/terminal_text.h"

namespace gpuscaler::cli {

int Refuse(std::string_view text) {
  // A value that was given may have lines of its own.
  const std::string line = base::TerminalText(text);
  std::fprintf(stderr, "keda-gpu-scaler: %s\n", line.c_str());
  return 2;
}

}  // namespace gpuscaler::cli
