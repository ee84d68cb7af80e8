// `keda-gpu-scaler doctor`: looks for what a person would look for, and says how to mend
// it. Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/front_options.h"
#include "cli/gateway_options.h"
#include "cli/node_options.h"
#include "cli/tls_options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

// The group of those flags that doctor has in common with the scaler.
inline constexpr const char* kScalersFlags = "As the scaler is started";

bool HasScalersFlags(const CLI::App& app);

struct DoctorOptions {
  std::string format = "text";
  std::string address;  // empty: this machine, --port
  std::vector<std::string> scaled_objects;
  ClientTlsOptions tls;
  // The scaler's.
  std::string role = "node";
  FrontOptions front;
  NodeOptions node;
  GatewayOptions gateway;
};

void AddDoctorFlags(CLI::App& app, DoctorOptions& options);

// The exit code: 0; 1 when something is not ok; 2, after one line on standard error, for
// flags that cannot be.
int RunDoctor(const DoctorOptions& options);

}  // namespace gpuscaler::cli
