#include "cli/man_page.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/strings.h"
#include "cli/doctor_command.h"
#include "cli/roff.h"
#include "cli/version.h"
#include "scaling/trigger.h"
#include "workloads/kubelet_client.h"

namespace gpuscaler::cli {
namespace {

constexpr std::string_view kDate = "2026-11-28";  // of the texts below

// A thing and what it is, as a tagged paragraph.
struct Item {
  std::string_view tag;
  std::string_view text;
};

constexpr Item kExitStatus[] = {
    {"0", "It was done. The server leaves with it after SIGTERM or SIGINT."},
    {"1",
     "What was asked for could not be had: GPUs that cannot be read, a scaler that does not "
     "answer, a file that cannot be written, a check that is not ok."},
    {"2",
     "The command line or a file that it names is wrong, or a port could not be had. One line on "
     "standard error says what, and what would be right."},
};

constexpr Item kSignals[] = {
    {"SIGTERM, SIGINT",
     "Streams end, calls in flight finish, and the process leaves, within 4.5 seconds whatever "
     "its parts do."},
    {"SIGPIPE", "Is ignored by the server."},
};

constexpr Item kFiles[] = {
    {workloads::KubeletClient::kDefaultSocket,
     "The kubelet's PodResources socket: which pod holds which GPU."},
    {"libnvidia-ml.so.1", "NVIDIA's management library, found as ld.so(8) finds libraries."},
    {"/dev/nvidiactl, /dev/nvidia*", "The driver's devices, which the library opens."},
};

constexpr Item kExamples[] = {
    {"keda-gpu-scaler", "Reads this machine's GPUs and serves KEDA on port 6000."},
    {"keda-gpu-scaler --source=simulated", "The same with eight simulated GPUs."},
    {"keda-gpu-scaler --report-to=dns:keda-gpu-scaler-gateways.keda:6001",
     "A GPU node that reports to the gateways behind a headless Service."},
    {"keda-gpu-scaler --role=gateway", "A gateway, which needs no GPU."},
    {"keda-gpu-scaler snapshot --format csv --interval 1s > node.csv", "Records a trace."},
    {"keda-gpu-scaler simulate scaledobject.yaml --trace node.csv --plot plan.svg",
     "What KEDA and the HPA would have made of that load."},
    {"keda-gpu-scaler doctor --scaled-object scaledobject.yaml",
     "Looks for what is wrong on this node, and says how to mend it."},
};

template <size_t count>
std::string Items(std::string_view title, const Item (&items)[count]) {
  std::string text = Section(title);
  for (const Item& item : items) text += Tagged(item.tag, item.text);
  return text;
}

bool IsShown(const CLI::Option& option) {
  return !option.get_group().empty() && option.get_group() != kScalersFlags;
}

// "--port PORT", "FILE...": what to write.
std::string Usage(const CLI::Option& option) {
  std::string text = option.get_name();
  if (option.get_positional()) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
  }
  return option.get_expected_max() == 0 ? text : base::StrCat(text, "=", "VALUE");
}

std::string OptionText(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!text.ends_with('.')) text += '.';
  if (const std::string given = option.get_default_str(); !given.empty() && given != "false") {
    base::StrAppend(&text, " Default: ", given, ".");
  }
  if (!option.get_envname().empty()) {
    base::StrAppend(&text, " Environment: ", option.get_envname(), ".");
  }
  return Tagged(Usage(option), text);
}

std::string OptionsOf(const CLI::App& app, std::string_view group) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (IsShown(*option) && option->get_group() == group) text += OptionText(*option);
  }
  return text;
}

std::string OptionsSection(const CLI::App& app) {
  std::string text = Section("OPTIONS");
  std::vector<std::string> groups;
  for (const CLI::Option* option : app.get_options()) {
    const std::string& group = option->get_group();
    if (!group.empty() && std::find(groups.begin(), groups.end(), group) == groups.end()) {
      groups.push_back(group);
    }
  }
  for (const std::string& group : groups) {
    if (group != "Options") base::StrAppend(&text, ".SS ", Roff(group), "\n");
    text += OptionsOf(app, group);
  }
  return text;
}

std::string SubcommandText(const Subcommand& subcommand) {
  const CLI::App& app = *subcommand.app;
  std::string usage = base::StrCat("keda-gpu-scaler ", subcommand.name, " [OPTIONS]");
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = Usage(*option);
    base::StrAppend(&usage, option->get_required() ? " " : " [", name,
                    option->get_expected_max() > 1 ? "..." : "", option->get_required() ? "" : "]");
  }
  std::string text = base::StrCat(".SS ", Roff(usage), "\n");
  text += Paragraph(base::StrCat(app.get_description(), "."));
  for (const CLI::Option* option : app.get_options()) {
    if (IsShown(*option) && option->get_name() != "--help") text += OptionText(*option);
  }
  if (HasScalersFlags(app)) {
    text += ".PP\n" + Paragraph(
                          "And the options of the scaler, above: give those with which it "
                          "is started.");
  }
  return text;
}

std::string Environment(const CLI::App& app) {
  std::string text = Section("ENVIRONMENT");
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_envname().empty()) continue;
    text += Tagged(option->get_envname(), base::StrCat("As ", option->get_name(), "."));
  }
  return text;
}

std::string Metadata() {
  std::string text = Section("TRIGGER METADATA");
  text +=
      Paragraph("What the metadata of a ScaledObject's trigger may say. All values are strings.");
  for (const scaling::KeyDoc& key : scaling::KeyDocs()) {
    std::string meaning(key.meaning);
    if (!meaning.ends_with('.')) meaning += '.';
    if (!key.allowed.empty()) base::StrAppend(&meaning, " Allowed: ", key.allowed, ".");
    if (!key.default_value.empty()) base::StrAppend(&meaning, " Default: ", key.default_value, ".");
    text += Tagged(key.key, meaning);
  }
  return text;
}

}  // namespace

std::string ManPage(const CLI::App& app, const std::vector<Subcommand>& subcommands) {
  std::string text = base::StrCat(
      ".\\\" Generated from the program's tables by `./dev docs`: change the tables.\n"
      ".TH KEDA\\-GPU\\-SCALER 1 ",
      kDate, " \"keda\\-gpu\\-scaler ", kVersion, "\" \"User Commands\"\n");
  text += Section("NAME");
  text +=
      "keda\\-gpu\\-scaler \\- scales GPU workloads on Kubernetes from what the hardware says\n";
  text += Section("SYNOPSIS");
  text +=
      ".B keda\\-gpu\\-scaler\n.RI [ OPTIONS ]\n.br\n.B keda\\-gpu\\-scaler\n"
      ".I SUBCOMMAND\n.RI [ OPTIONS ]\n";
  text += Section("DESCRIPTION");
  text += Paragraph(
      "Without a subcommand it is an external scaler of KEDA: on a GPU node it reads the GPUs, "
      "keeps the newest readings in memory and answers KEDA's gRPC contract; with --role=gateway "
      "it answers for all nodes that report to it. What cannot be read is an error, never a 0.");
  text += OptionsSection(app);
  text += Section("SUBCOMMANDS");
  text += Paragraph("A subcommand's options follow it.");
  for (const Subcommand& subcommand : subcommands) text += SubcommandText(subcommand);
  text += Metadata();
  text += Environment(app);
  text += Items("FILES", kFiles);
  text += Items("SIGNALS", kSignals);
  text += Items("EXIT STATUS", kExitStatus);
  text += Items("EXAMPLES", kExamples);
  return text;
}

}  // namespace gpuscaler::cli
