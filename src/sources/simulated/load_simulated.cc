#include "sources/simulated/load_simulated.h"

#include <filesystem>
#include <utility>

#include "base/small_file.h"
#include "base/strings.h"
#include "sources/simulated/scenario_parser.h"
#include "sources/simulated/simulated_source.h"
#include "sources/simulated/trace.h"

namespace gpuscaler::sources {
namespace {

using ScriptOr = absl::StatusOr<std::unique_ptr<const Script>>;

ScriptOr FromTrace(absl::StatusOr<Trace> trace) {
  if (!trace.ok()) return trace.status();
  return std::make_unique<const Trace>(*std::move(trace));
}

ScriptOr FromYaml(const std::string& text) {
  auto scenario = ParseScenario(text);
  if (!scenario.ok()) return scenario.status();
  return std::unique_ptr<const Script>(*std::move(scenario));
}
ScriptOr FromCsv(const std::string& text) {
  return FromTrace(ParseCsvTrace(text));
}
ScriptOr FromJsonl(const std::string& text) {
  return FromTrace(ParseJsonlTrace(text));
}

constexpr size_t kMib = 1024 * 1024;

struct Format {
  std::string_view extension;
  ScriptOr (*read)(const std::string& text);
  size_t max_bytes;
};
constexpr Format kFormats[] = {{".yaml", FromYaml, kMib},
                               {".yml", FromYaml, kMib},
                               {".csv", FromCsv, 256 * kMib},
                               {".jsonl", FromJsonl, 256 * kMib}};

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  auto text = base::ReadSmallFile(path, max_bytes);
  if (text.ok()) return text;
  if (absl::IsResourceExhausted(text.status())) {
    return absl::InvalidArgumentError(
        base::StrCat(path, ": more than ", max_bytes / kMib, " MiB; allowed is less"));
  }
  return absl::InvalidArgumentError(
      base::StrCat(path, ": cannot be read: ", base::Message(text.status())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Script>> LoadScript(const std::string& path) {
  if (path.empty()) return FromYaml(std::string(DefaultScenario()));
  const std::string extension = std::filesystem::path(path).extension().string();
  for (const Format& format : kFormats) {
    if (format.extension != extension) continue;
    const auto text = ReadFile(path, format.max_bytes);
    if (!text.ok()) return text.status();
    ScriptOr script = format.read(*text);
    if (!script.ok()) {
      return absl::InvalidArgumentError(base::StrCat(path, ":", base::Message(script.status())));
    }
    return script;
  }
  return absl::InvalidArgumentError(
      base::StrCat(path, ": \"", extension,
                   "\" is no format of a simulation; allowed is .yaml or .yml (a scenario), .csv "
                   "or .jsonl (a recorded trace)"));
}

absl::StatusOr<std::unique_ptr<Source>> LoadSimulated(const std::string& path,
                                                      base::SteadyTime start) {
  auto script = LoadScript(path);
  if (!script.ok()) return script.status();
  return std::make_unique<SimulatedSource>(*std::move(script), start);
}

}  // namespace gpuscaler::sources
