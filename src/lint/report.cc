#include "lint/report.h"

#include "absl/strings/str_replace.h"
#include "base/json_quote.h"
#include "base/strings.h"
#include "base/terminal_text.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

std::string Counted(size_t count, std::string_view noun) {
  return base::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

// As GitHub's own toolkit writes them.
std::string GithubText(std::string_view text) {
  return absl::StrReplaceAll(base::ToAbsl(text), {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}
std::string GithubProperty(std::string_view text) {
  return absl::StrReplaceAll(
      base::ToAbsl(text), {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}, {":", "%3A"}, {",", "%2C"}});
}

std::string_view GithubLevel(Severity severity) {
  return severity == Severity::kInfo ? "notice" : SeverityName(severity);
}

}  // namespace

std::string TextReport(const Result& result) {
  std::string out;
  for (const Finding& finding : result.findings) {
    base::StrAppend(&out, base::TerminalText(finding.file), ":", finding.line, ": ",
                    SeverityName(finding.rule->severity), ": ", base::TerminalText(finding.message),
                    " [", finding.rule->id, "]\n");
  }
  base::StrAppend(&out, Counted(result.files, "file"), ", ",
                  Counted(result.objects, "ScaledObject"), ", ",
                  Counted(result.triggers, "trigger"), " of this scaler: ");
  if (result.findings.empty()) return out + "nothing found\n";
  base::StrAppend(&out, Counted(result.Count(Severity::kError), "error"), ", ",
                  Counted(result.Count(Severity::kWarning), "warning"), ", ",
                  result.Count(Severity::kInfo), " info\n");
  return out;
}

std::string JsonReport(const Result& result) {
  std::string out =
      base::StrCat("{\"files\": ", result.files, ", \"scaledObjects\": ", result.objects,
                   ", \"triggers\": ", result.triggers,
                   ", \"unreadable\": ", result.unreadable ? "true" : "false",
                   ", \"errors\": ", result.Count(Severity::kError),
                   ", \"warnings\": ", result.Count(Severity::kWarning),
                   ", \"infos\": ", result.Count(Severity::kInfo), ", \"findings\": [");
  bool first = true;
  for (const Finding& finding : result.findings) {
    base::StrAppend(&out, first ? "\n" : ",\n", "  {\"file\": ", base::JsonQuote(finding.file),
                    ", \"line\": ", finding.line, ", \"rule\": ", base::JsonQuote(finding.rule->id),
                    ", \"severity\": ", base::JsonQuote(SeverityName(finding.rule->severity)),
                    ", \"title\": ", base::JsonQuote(finding.rule->title),
                    ", \"message\": ", base::JsonQuote(finding.message), "}");
    first = false;
  }
  out += first ? "], \"unreadFiles\": [" : "\n], \"unreadFiles\": [";
  std::string unread;
  for (const UnreadFile& file : result.unread_files) {
    base::AppendItem(&unread, base::StrCat("{\"file\": ", base::JsonQuote(file.path),
                                           ", \"message\": ", base::JsonQuote(file.why), "}"));
  }
  return base::StrCat(out, unread, "]}\n");
}

std::string GithubReport(const Result& result) {
  std::string out;
  for (const UnreadFile& file : result.unread_files) {
    base::StrAppend(&out, "::error file=", GithubProperty(file.path),
                    ",title=", GithubProperty("unreadable: a file that cannot be read"),
                    "::", GithubText(file.why), "\n");
  }
  for (const Finding& finding : result.findings) {
    base::StrAppend(&out, "::", GithubLevel(finding.rule->severity),
                    " file=", GithubProperty(finding.file), ",line=", finding.line, ",title=",
                    GithubProperty(base::StrCat(finding.rule->id, ": ", finding.rule->title)),
                    "::", GithubText(finding.message), "\n");
  }
  return out;
}

}  // namespace gpuscaler::lint
