#include "doctor/report.h"

#include <array>

#include "absl/strings/str_format.h"
#include "base/json_quote.h"
#include "base/strings.h"
#include "base/terminal_text.h"

namespace gpuscaler::doctor {

std::string TextReport(const Examination& examination) {
  std::string text;
  std::array<size_t, 4> counts = {};
  for (const CheckResult& result : examination.results) {
    for (const Finding& finding : result.findings) {
      ++counts[static_cast<size_t>(finding.verdict)];
      text += absl::StrFormat("%-8s %-23s %s\n", std::string(VerdictName(finding.verdict)),
                              std::string(result.check->title), base::TerminalText(finding.what));
      if (!finding.mend.empty()) {
        base::StrAppend(&text, std::string(33, ' '), "mend: ", base::TerminalText(finding.mend),
                        "\n");
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
