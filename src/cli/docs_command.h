// `keda-gpu-scaler docs`: the pages of docs/ that come from the tables.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace gpuscaler::cli {

struct Subcommand {
  std::string name;
  const CLI::App* app;  // not owned
  std::function<int()> run;
};

// Prints "metrics", "configuration" or "lint" as Markdown, "man" as roff. The exit code.
int RunDocs(const std::string& page, const CLI::App& app,
            const std::vector<Subcommand>& subcommands);

}  // namespace gpuscaler::cli
