#include "doctor/report.h"

#include <array>

#include "absl/strings/str_format.h"
#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::doctor {
namespace {

// What files and servers say may hold anything; a terminal obeys some of it.
std::string Shown(const std::string& text) {
  const std::string quoted = base::JsonQuote(text);
  std::string shown;
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\' && (quoted[i + 1] == '"' || quoted[i + 1] == '\\')) ++i;
    shown += quoted[i];
  }
  return shown;
}

}  // namespace

std::string TextReport(const Examination& examination) {
  std::string text;
  std::array<size_t, 4> counts = {};
  for (const CheckResult& result : examination.results) {
    for (const Finding& finding : result.findings) {
      ++counts[static_cast<size_t>(finding.verdict)];
      text += absl::StrFormat("%-8s %-23s %s\n", std::string(VerdictName(finding.verdict)),
                              std::string(result.check->title), Shown(finding.what));
      if (!finding.mend.empty()) {
        base::StrAppend(&text, std::string(33, ' '), "mend: ", Shown(finding.mend), "\n");
      }
    }
  }
  base::StrAppend(&text, counts[0], " ok, ", counts[1], " not ok, ", counts[2], " to look at, ",
                  counts[3], " skipped\n");
  return text;
}

std::string JsonReport(const Examination& examination) {
  std::string text =
      base::StrCat("{\"ok\": ", examination.ok() ? "true" : "false", ", \"checks\": [");
  const char* separator = "\n  ";
  for (const CheckResult& result : examination.results) {
    for (const Finding& finding : result.findings) {
      base::StrAppend(&text, separator, "{\"id\": ", base::JsonQuote(result.check->id),
                      ", \"title\": ", base::JsonQuote(result.check->title),
                      ", \"verdict\": ", base::JsonQuote(VerdictName(finding.verdict)),
                      ", \"what\": ", base::JsonQuote(finding.what));
      if (!finding.mend.empty()) {
        base::StrAppend(&text, ", \"mend\": ", base::JsonQuote(finding.mend));
      }
      text += '}';
      separator = ",\n  ";
    }
  }
  return text + "\n]}\n";
}

}  // namespace gpuscaler::doctor
