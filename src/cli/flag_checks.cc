#include "cli/flag_checks.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/json_quote.h"
#include "base/strings.h"
#include "base/time.h"

namespace gpuscaler::cli {
namespace {

// Flags for which an empty value means something.
constexpr std::string_view kMayBeEmpty[] = {"--bind-address", "--cdi-spec-dirs", "--node-name",
                                            "--pod-resources-socket"};

// CLI11 takes an empty value for 0, and "--flag=" for a flag without a value.
std::string NotEmpty(const std::string& value) {
  return value.empty() ? "it must not be empty" : "";
}

std::string WholeNumber(const std::string& text, uint64_t most) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stop == end && number <= most) return "";
  return base::StrCat(base::QuotedStart(text), " is not a whole number from 0",
                      most == UINT16_MAX ? base::StrCat(" to ", most) : "");
}

std::string Duration(const std::string& text) {
  const auto parsed = base::ParseDuration(text);
  return parsed.ok() ? "" : std::string(base::Message(parsed.status()));
}

// A duration's default is shown with its unit, so it parses and is no number.
bool TakesDuration(const CLI::Option& option) {
  const std::string shown = option.get_default_str();
  return base::ParseDuration(shown).ok() && std::isalpha(static_cast<unsigned char>(shown.back()));
}

void Check(CLI::Option& option) {
  const std::string name = option.get_name();
  if (std::find(std::begin(kMayBeEmpty), std::end(kMayBeEmpty), name) == std::end(kMayBeEmpty)) {
    option.check(CLI::Validator(NotEmpty, ""));
  }
  if (option.get_type_name().starts_with("UINT")) {
    const uint64_t most = std::string_view(name).ends_with("port") ? UINT16_MAX : UINT64_MAX;
    option.check(
        CLI::Validator([most](const std::string& value) { return WholeNumber(value, most); }, ""));
  } else if (TakesDuration(option)) {
    option.check(CLI::Validator(Duration, ""));
  }
}

}  // namespace

void CheckValues(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) Check(*option);
  for (CLI::App* command : app.get_subcommands({})) CheckValues(*command);
}

}  // namespace gpuscaler::cli
