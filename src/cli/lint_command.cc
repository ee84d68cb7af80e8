#include "cli/lint_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "base/strings.h"
#include "cli/refuse.h"
#include "lint/lint.h"
#include "lint/report.h"
#include "lint/rules_page.h"
#include "manifests/manifest_file.h"

namespace gpuscaler::cli {
namespace {

struct Format {
  std::string_view name;
  std::string (*report)(const lint::Result& result);
};
constexpr Format kFormats[] = {
    {"text", lint::TextReport}, {"json", lint::JsonReport}, {"github", lint::GithubReport}};

bool Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return std::fflush(stdout) == 0;
}

}  // namespace

void AddLintFlags(CLI::App& app, LintOptions& options) {
  app.add_option("files", options.files, "ScaledObjects (YAML); -: standard input");
  std::vector<std::string> formats;
  for (const Format& format : kFormats) formats.emplace_back(format.name);
  app.add_option("--format", options.format, "text, json or github (commands of a GitHub workflow)")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
  app.add_flag("--strict", options.strict, "Exit with 1 for warnings too");
  app.add_flag("--rules", options.rules, "Print the rules (docs/lint.md) and check nothing");
}

int RunLint(const LintOptions& options) {
  if (options.rules) return Print(lint::RulesText()) ? 0 : 1;
  if (options.files.empty()) return Refuse("files is required (see lint --help)");
  if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
    return Refuse("files names - twice; standard input can be read once");
  }
  std::vector<lint::UnreadFile> unread;
  std::vector<lint::InputFile> files;
  for (const std::string& path : options.files) {
    auto text = manifests::ReadText(path);
    if (text.ok()) {
      files.push_back({path == "-" ? "stdin" : path, *std::move(text)});
    } else {
      unread.push_back({path, std::string(base::Message(text.status()))});
      Refuse(unread.back().why);
    }
  }
  lint::Result result = lint::Lint(std::move(files));
  result.unreadable |= !unread.empty();
  result.unread_files = std::move(unread);
  const auto* const format =
      std::find_if(std::begin(kFormats), std::end(kFormats),
                   [&options](const Format& each) { return each.name == options.format; });
  if (!Print(format->report(result))) return 2;
  if (result.unreadable) return 2;
  const bool warned = options.strict && result.Count(lint::Severity::kWarning) > 0;
  return warned || result.Count(lint::Severity::kError) > 0 ? 1 : 0;
}

}  // namespace gpuscaler::cli
