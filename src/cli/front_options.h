// The flags of what every role shows to the outside.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "cli/duration_flag.h"
#include "cli/engine_options.h"
#include "rpc/certificates.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct FrontOptions {
  uint16_t port = 6000;
  uint16_t metrics_port = 9090;
  uint16_t probe_port = 8081;
  std::string bind_address;
  std::string log_level = "info";
  DurationFlag health_check_interval{std::chrono::seconds(10)};
  DurationFlag stale_after{std::chrono::seconds(10)};
  DurationFlag forget_after{std::chrono::minutes(15)};
  size_t max_connections = 1024;
  size_t max_streams = 4096;
  uint64_t max_memory_mib = 256;
  rpc::CertificateFiles tls;
  EngineFlags engines;
};

void AddFrontFlags(CLI::App& app, FrontOptions& options);

// INVALID_ARGUMENT: an interval out of its range, or as ReadEngineFlags.
absl::Status CheckFront(const FrontOptions& options);

// INVALID_ARGUMENT unless least <= value <= most.
absl::Status CheckDuration(std::string_view flag, base::Duration value, base::Duration least,
                           base::Duration most);

}  // namespace gpuscaler::cli
