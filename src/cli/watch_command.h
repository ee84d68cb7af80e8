// `keda-gpu-scaler watch`: what KEDA reads from a running scaler for given
// ScaledObjects, and what HPA would do with it, again and again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/duration_flag.h"
#include "cli/tls_options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct WatchOptions {
  std::vector<std::string> files;
  std::string address = "127.0.0.1:6000";
  DurationFlag interval{std::chrono::seconds(1)};
  uint64_t count = 0;  // 0: until interrupted
  ClientTlsOptions tls;
};

void AddWatchFlags(CLI::App& app, WatchOptions& options);

// The exit code: 0, or 2 after one line on standard error when the files hold
// nothing to watch or TLS cannot be had.
int RunWatch(const WatchOptions& options);

}  // namespace gpuscaler::cli
