// `keda-gpu-scaler lint`: mistakes in ScaledObjects, before they are deployed.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct LintOptions {
  std::vector<std::string> files;
  std::string format = "text";
  bool strict = false;
  bool rules = false;
};

void AddLintFlags(CLI::App& app, LintOptions& options);

// The exit code: 0; 1 where there is an error, with --strict a warning; 2 after one line
// on standard error for each file that cannot be read, or where a document was not.
int RunLint(const LintOptions& options);

}  // namespace gpuscaler::cli
