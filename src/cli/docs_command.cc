#include "cli/docs_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "absl/strings/str_replace.h"
#include "base/strings.h"
#include "catalog/aggregations.h"
#include "catalog/engine_quantities.h"
#include "catalog/engines.h"
#include "catalog/metrics.h"
#include "catalog/profiles.h"
#include "catalog/quantities.h"
#include "cli/doctor_command.h"
#include "cli/man_page.h"
#include "lint/rules_page.h"
#include "scaling/trigger.h"
#include "web/families.h"

namespace gpuscaler::cli {
namespace {

constexpr std::string_view kGenerated =
    "<!-- Generated from the program's tables by `./dev docs`: change the tables. -->\n\n";

// A cell of a Markdown table.
std::string Cell(std::string_view text) {
  return absl::StrReplaceAll(base::ToAbsl(text), {{"|", "\\|"}, {"\n", " "}});
}

std::string Code(std::string_view text) {
  return text.empty() ? "" : base::StrCat("`", Cell(text), "`");
}

std::string SeriesText(const catalog::MetricRow& row) {
  if (row.series.name.empty()) return "";
  std::string text = base::StrCat(web::kSeriesPrefix, row.series.name);
  if (!row.series.direction.empty()) {
    base::StrAppend(&text, "{direction=\"", row.series.direction, "\"}");
  }
  return Code(text);
}

std::string_view AtZeroText(const catalog::EngineQuantityRow& row) {
  if (catalog::Row(row.engine).at_zero == catalog::AtZero::kGone) return "gone";
  return catalog::Row(row.quantity).of_replicas ? "0" : "told";
}

// What each engine can be asked for, and from which series that is read.
void AppendEngines(std::string& out) {
  out +=
      "\n## Engines\n\n"
      "With `engine` and `engineEndpoint` a trigger's `metricType` names a quantity:\n\n"
      "| metricType | unit | what it is | kind | across addresses |\n|---|---|---|---|---|\n";
  for (const catalog::QuantityRow& row : catalog::Quantities()) {
    base::StrAppend(&out, "| ", Code(row.name), " | ", Cell(row.unit), " | ", Cell(row.help), " | ",
                    catalog::KindName(row.kind), " | ",
                    Code(catalog::Row(row.across_endpoints).name), " |\n");
  }
  out +=
      "\nRead from these series, of several the first that is there. With `engine: prometheus` "
      "`engineMetric` names any other.\n\n"
      "| engine | path | quantity | with no replica | series |\n|---|---|---|---|---|\n";
  for (const catalog::EngineQuantityRow& row : catalog::EngineQuantities()) {
    const catalog::EngineRow& engine = catalog::Row(row.engine);
    std::string series;
    for (size_t part = 0; part < catalog::PartCount(row); ++part) {
      if (part > 0) series += "; ";
      if (catalog::PartCount(row) > 1) {
        base::StrAppend(&series, catalog::PartName(row, part), ": ");
      }
      std::string names;
      for (const std::string_view name : row.parts[part]) base::AppendItem(&names, Code(name));
      series += names;
    }
    base::StrAppend(&out, "| ", Code(engine.name), " | ", Code(engine.path), " | ",
                    Code(catalog::Row(row.quantity).name), " | ", AtZeroText(row), " | ", series,
                    " |\n");
  }
}

std::string MetricsPage() {
  std::string out = base::StrCat("# Metrics\n\n", kGenerated);
  out +=
      "What a trigger's `metricType` can name, and the series of `/metrics` that shows the same "
      "reading. A reading that the hardware does not have, or that is older than `--stale-after`, "
      "has no sample: absent is not zero.\n\n"
      "**Kind** says what becomes of a reading when replicas are added at constant load: an "
      "*intensity* falls, an *amount* stays, a *total* is a sum over all replicas. **Lane** is "
      "the thread that reads it: *fast* every `--fast-interval`, *full* and *bandwidth* every "
      "`--poll-interval`.\n\n"
      "| metricType | unit | what it is | kind | lane | series |\n|---|---|---|---|---|---|\n";
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    if (row.origin != catalog::Origin::kGpu) continue;
    base::StrAppend(&out, "| ", row.scalable ? Code(row.name) : "(not a trigger's)", " | ",
                    Cell(row.unit), " | ", Cell(row.help), " | ", catalog::KindName(row.kind),
                    " | ", catalog::LaneName(row.lane), " | ", SeriesText(row), " |\n");
  }
  out +=
      "\nOf inference engines, read at `engineEndpoint` (`vllmEndpoint`, `tritonEndpoint`):\n\n"
      "| metricType | unit | what it is | kind |\n|---|---|---|---|\n";
  for (const catalog::MetricRow& row : catalog::Metrics()) {
    if (row.origin != catalog::Origin::kEngine) continue;
    base::StrAppend(&out, "| ", Code(row.name), " | ", Cell(row.unit), " | ", Cell(row.help), " | ",
                    catalog::KindName(row.kind), " |\n");
  }
  AppendEngines(out);
  base::StrAppend(
      &out,
      "\n## Series of /metrics\n\n"
      "Those of the readings above are gauges with the labels `",
      web::kGpuLabels,
      "` and where one is shown `direction`. The label `node` is there only while several nodes "
      "are in view. Besides them:\n\n"
      "| series | type | labels | what it is |\n|---|---|---|---|\n");
  for (const web::FamilyRow& row : web::Families()) {
    base::StrAppend(&out, "| ", Code(row.FullName()), " | ", web::TypeName(row.type), " | ",
                    Code(row.labels), " | ", Cell(row.help), " |\n");
  }
  out += "\n## Aggregations\n\n| aggregation | of the readings of several GPUs |\n|---|---|\n";
  for (const catalog::AggregationRow& row : catalog::Aggregations()) {
    base::StrAppend(&out, "| ", Code(row.name), " | ", Cell(row.help), " |\n");
  }
  return out;
}

std::string ProfileTarget(const catalog::ProfileRow& row) {
  return row.target ? base::StrCat(*row.target) : "must be given";
}

void AppendFlags(const CLI::App& app, std::string& out) {
  out += "| flag | default | meaning |\n|---|---|---|\n";
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (name == "--help" || name == "--version") continue;
    if (option->get_group() == kScalersFlags) continue;
    std::string meaning = option->get_description();
    if (!option->get_envname().empty()) {
      base::StrAppend(&meaning, " (environment: `", option->get_envname(), "`)");
    }
    base::StrAppend(&out, "| ", Code(name), " | ", Code(option->get_default_str()), " | ",
                    Cell(meaning), " |\n");
  }
}

std::string ConfigurationPage(const CLI::App& app, const std::vector<Subcommand>& subcommands) {
  std::string out = base::StrCat("# Configuration\n\n", kGenerated);
  out +=
      "## Trigger metadata\n\n"
      "The `metadata` of a ScaledObject's trigger of type `external` or `external-push`. All "
      "values are strings. `KEYFromEnv` takes the value from an environment variable of the "
      "scale target's container, as KEDA does for every scaler. An unknown key is an error that "
      "names the nearest known one; KEDA's own keys (`scalerAddress`, `enableTLS`, ...) pass "
      "through. A refusal repeats neither the value of an unknown key nor one that came "
      "from the environment, and no message user info or the query's values of an "
      "endpoint.\n\n"
      "| key | meaning | allowed | default |\n|---|---|---|---|\n";
  for (const scaling::KeyDoc& key : scaling::KeyDocs()) {
    base::StrAppend(&out, "| ", Code(key.key), " | ", Cell(key.meaning), " | ", Cell(key.allowed),
                    " | ", Cell(key.default_value), " |\n");
  }
  out +=
      "\n## Profiles\n\n"
      "A profile fills in metric, target, activation threshold, metric name and, where one is "
      "given here, aggregation; every key of the trigger overrides its part. When the trigger "
      "names a metric of another unit than the profile's, target and activation threshold are "
      "not taken over.\n\n"
      "| profile | metric | target | activation | metricName | for |\n|---|---|---|---|---|---|\n";
  for (const catalog::ProfileRow& row : catalog::Profiles()) {
    std::string metric = Code(catalog::Row(row.metric).name);
    if (row.metric_with_endpoint) {
      base::StrAppend(&metric, ", with `vllmEndpoint` ",
                      Code(catalog::Row(*row.metric_with_endpoint).name));
    }
    if (row.aggregation) base::StrAppend(&metric, ", ", Code(catalog::Row(*row.aggregation).name));
    base::StrAppend(&out, "| ", Code(row.name), " | ", metric, " | ", ProfileTarget(row), " | ",
                    row.always_active ? "always active" : base::StrCat(row.activation), " | ",
                    Code(row.metric_name), " | ", Cell(row.help), " |\n");
  }
  out += "\n## Flags\n\n";
  AppendFlags(app, out);
  for (const Subcommand& subcommand : subcommands) {
    base::StrAppend(&out, "\n### `", subcommand.name, "`\n\n", subcommand.app->get_description(),
                    ".\n\n");
    AppendFlags(*subcommand.app, out);
    if (HasScalersFlags(*subcommand.app)) {
      out += "\nAnd the scaler's own flags, above: give those with which it is started.\n";
    }
  }
  return out;
}

}  // namespace

int RunDocs(const std::string& page, const CLI::App& app,
            const std::vector<Subcommand>& subcommands) {
  std::string text;
  if (page == "metrics") text = MetricsPage();
  if (page == "configuration") text = ConfigurationPage(app, subcommands);
  if (page == "man") text = ManPage(app, subcommands);
  if (page == "lint") {
    text = base::StrCat("# Checking ScaledObjects\n\n", kGenerated, lint::RulesPage());
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace gpuscaler::cli
