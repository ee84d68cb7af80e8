#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "cli/catalog_help.h"
#include "cli/docs_command.h"
#include "cli/doctor_command.h"
#include "cli/explain_command.h"
#include "cli/flag_checks.h"
#include "cli/lint_command.h"
#include "cli/refuse.h"
#include "cli/run.h"
#include "cli/simulate_command.h"
#include "cli/snapshot_command.h"
#include "cli/version.h"
#include "cli/watch_command.h"

namespace gpuscaler::cli {
namespace {

constexpr uint64_t kGatewayMemoryMib = 1024;

// Groups of flags, as --help shows them.
constexpr const char* kOfNode = "Of a node";
constexpr const char* kOfGateway = "Of a gateway";

// A subcommand. `add` gives it its flags, and answers what runs it once they are
// parsed: the process's exit code.
struct CommandRow {
  const char* name;
  const char* help;
  std::function<int()> (*add)(CLI::App& command);
};

template <class Options, auto AddFlags, auto Run>
std::function<int()> Command(CLI::App& command) {
  auto options = std::make_shared<Options>();
  AddFlags(command, *options);
  return [options] { return Run(*options); };
}

constexpr CommandRow kCommands[] = {
    {"doctor", "Looks for what is wrong on this node, and says how to mend it",
     Command<DoctorOptions, AddDoctorFlags, RunDoctor>},
    {"snapshot", "Prints the GPUs' readings, without any server",
     Command<SnapshotOptions, AddSnapshotFlags, RunSnapshot>},
    {"simulate", "Puts a recorded load through a ScaledObject, KEDA's and HPA's arithmetic",
     Command<SimulateOptions, AddSimulateFlags, RunSimulate>},
    {"watch", "Asks a running scaler as KEDA does, and shows what HPA makes of the answers",
     Command<WatchOptions, AddWatchFlags, RunWatch>},
    {"explain", "Shows why ScaledObjects get the numbers they get, and what HPA does next",
     Command<ExplainOptions, AddExplainFlags, RunExplain>},
    {"lint", "Finds mistakes in ScaledObjects, before they are deployed",
     Command<LintOptions, AddLintFlags, RunLint>},
};

// The arguments, the last one first, as CLI11 wants them; "--flag=" is the flag
// and an empty value.
std::vector<std::string> Reversed(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    const std::string argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      arguments.emplace_back();
      arguments.push_back(argument.substr(0, argument.size() - 1));
    } else {
      arguments.push_back(argument);
    }
  }
  return arguments;
}

// The first line of what CLI11 says.
int RefuseFlags(const CLI::ParseError& error, const CLI::App& app) {
  std::string text = error.what();
  // That a flag is not known is news, that another one is then missing is not.
  if (const auto unknown = app.remaining(true); !unknown.empty()) {
    text = base::StrCat("The following argument was not expected: ", unknown.front());
  }
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
  app.footer(CatalogHelp);

  RoleOptions role;
  app.add_option("--role", role.role,
                 "node: reads this machine's GPUs; gateway: nodes report to it")
      ->check(CLI::IsMember({"node", "gateway"}))
      ->capture_default_str();
  AddFrontFlags(app, role.front);
  app.option_defaults()->group(kOfNode);
  AddNodeFlags(app, role.node);
  app.option_defaults()->group(kOfGateway);
  AddGatewayFlags(app, role.gateway);
  app.option_defaults()->group("Options");

  std::vector<Subcommand> subcommands;
  for (const CommandRow& row : kCommands) {
    CLI::App* command = app.add_subcommand(row.name, row.help);
    subcommands.push_back({row.name, command, row.add(*command)});
  }

  // For this repository: writes the parts of docs/ that come from the tables.
  std::string page;
  CLI::App* docs_command = app.add_subcommand("docs", "Prints a page of the documentation");
  docs_command->group("");
  docs_command->add_option("page", page, "metrics, configuration, lint or man")
      ->required()
      ->check(CLI::IsMember({"metrics", "configuration", "lint", "man"}));

  CheckValues(app);

  try {
    app.parse(Reversed(argc, argv));
  } catch (const CLI::CallForHelp&) {
    const auto parsed = app.get_subcommands();
    std::printf("%s", (parsed.empty() ? &app : parsed.front())->help().c_str());
    return 0;
  } catch (const CLI::CallForVersion&) {
    std::printf("keda-gpu-scaler %s\n", std::string(kVersion).c_str());
    return 0;
  } catch (const CLI::ParseError& error) {
    return RefuseFlags(error, app);
  }

  if (const auto parsed = app.get_subcommands(); !parsed.empty() && !app.parse_order().empty()) {
    const std::string flag = app.parse_order().front()->get_name();
    return Refuse(base::StrCat(flag, " stands before \"", parsed.front()->get_name(),
                               "\" and would be ignored: a subcommand's flags follow it"));
  }
  for (const Subcommand& subcommand : subcommands) {
    if (*subcommand.app) return subcommand.run();
  }
  if (*docs_command) return RunDocs(page, app, subcommands);
  const bool is_node = role.role == "node";
  for (const CLI::Option* given : app.parse_order()) {
    if (given->get_group() != (is_node ? kOfGateway : kOfNode)) continue;
    return Refuse(base::StrCat(given->get_name(), " is not a flag of --role=", role.role));
  }
  // A large fleet is more than a node.
  const CLI::Option* memory = app.get_option("--max-memory-mib");
  if (!is_node && memory->count() == 0) role.front.max_memory_mib = kGatewayMemoryMib;
  return RunRole(role);
}

}  // namespace gpuscaler::cli
