#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "cli/docs_command.h"
#include "cli/node_options.h"
#include "cli/node_role.h"
#include "cli/refuse.h"
#include "cli/snapshot_command.h"
#include "cli/version.h"
#include "cli/watch_command.h"

namespace gpuscaler::cli {
namespace {

// The first line of what CLI11 says.
int RefuseFlags(const CLI::ParseError& error) {
  const std::string text = error.what();
  return Refuse(text.substr(0, text.find('\n')) + " (see --help)");
}

}  // namespace

int RunCommandLine(int argc, const char* const* argv) {
  CLI::App app(
      "Scales GPU workloads on Kubernetes: a KEDA external scaler that reads the hardware.\n"
      "Without a subcommand it runs as it does on a GPU node.",
      "keda-gpu-scaler");
  app.set_version_flag("--version", std::string(kVersion));
  app.get_formatter()->column_width(34);

  NodeOptions node;
  AddNodeFlags(app, node);

  SnapshotOptions snapshot;
  CLI::App* snapshot_command =
      app.add_subcommand("snapshot", "Prints the GPUs' readings, without any server");
  AddSnapshotFlags(*snapshot_command, snapshot);

  WatchOptions watch;
  CLI::App* watch_command = app.add_subcommand(
      "watch", "Asks a running scaler as KEDA does, and shows what HPA makes of the answers");
  AddWatchFlags(*watch_command, watch);

  // For this repository: writes the parts of docs/ that come from the tables.
  std::string page;
  CLI::App* docs_command = app.add_subcommand("docs", "Prints a page of the documentation");
  docs_command->group("");
  docs_command->add_option("page", page, "metrics or configuration")
      ->required()
      ->check(CLI::IsMember({"metrics", "configuration"}));

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto parsed = app.get_subcommands();
    std::printf("%s", (parsed.empty() ? &app : parsed.front())->help().c_str());
    return 0;
  } catch (const CLI::CallForVersion&) {
    std::printf("keda-gpu-scaler %s\n", std::string(kVersion).c_str());
    return 0;
  } catch (const CLI::ParseError& error) {
    return RefuseFlags(error);
  }

  if (*snapshot_command) return RunSnapshot(snapshot);
  if (*watch_command) return RunWatch(watch);
  if (*docs_command) {
    return RunDocs(page, app, {{"snapshot", snapshot_command}, {"watch", watch_command}});
  }
  return RunNode(node);
}

}  // namespace gpuscaler::cli
