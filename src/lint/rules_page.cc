#include "lint/rules_page.h"

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/strings.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

constexpr std::string_view kIntroduction =
    "`keda-gpu-scaler lint FILE...` reads ScaledObjects and reports, with file and line, what is a "
    "mistake, or will surprise, before it is deployed. It needs no cluster and no GPU.\n\n"
    "    keda-gpu-scaler lint deploy/examples/*.yaml\n"
    "    helm template CHART | keda-gpu-scaler lint -\n"
    "    kubectl get scaledobjects -A -o yaml | keda-gpu-scaler lint -\n\n"
    "Files hold one or more YAML documents, of any kind; `-` is standard input. A "
    "TriggerAuthentication or a Deployment in any of the files counts for the ScaledObjects of "
    "all. "
    "Triggers of other external scalers are passed over: those whose `scalerAddress` does not hold "
    "`gpu-scaler` and that have a key which is none of this scaler's, nor like one. What the API "
    "server or KEDA's admission refuses is an error of whatever trigger, and of a ScaledJob or "
    "TriggerAuthentication too (docs/keda.md). Of a ScaledJob's triggers besides the metadata, the "
    "address and TLS are checked.\n\n"
    "| exit code | means |\n|---|---|\n"
    "| 0 | no errors (with `--strict`: no warnings either) |\n"
    "| 1 | at least one |\n"
    "| 2 | a file or document could not be read, or the command line is wrong |\n\n"
    "`--format=github` prints workflow commands, which GitHub shows at the lines of a pull "
    "request; "
    "`--format=json` one object with all findings, and with the files that could not be read "
    "(`unreadFiles`).\n\n"
    "**To silence a rule** write `# keda-gpu-scaler:ignore RULE` at the end of the line, or on a "
    "line of its own above it, or at the head of a document for all of it; several rules with "
    "commas "
    "between them, and the reason after them.\n\n"
    "```yaml\n"
    "  triggers:\n"
    "    - type: external-push\n"
    "      metadata:\n"
    "        scalerAddress: keda-gpu-scaler.keda:6000\n"
    "        # keda-gpu-scaler:ignore two-replica-trap  two is what we want\n"
    "        targetGpuUtilization: \"80\"\n"
    "```\n";

std::string Cell(std::string_view text) {
  return absl::StrReplaceAll(base::ToAbsl(text), {{"|", "\\|"}});
}

}  // namespace

std::string RulesPage() {
  std::string out = base::StrCat(
      kIntroduction, "\n## Rules\n\n| rule | severity | what it finds |\n", "|---|---|---|\n");
  for (const RuleRow& row : Rules()) {
    base::StrAppend(&out, "| [`", row.id, "`](#", row.id, ") | ", SeverityName(row.severity), " | ",
                    Cell(row.title), " |\n");
  }
  for (const RuleRow& row : Rules()) {
    base::StrAppend(&out, "\n### ", row.id, "\n\n", row.title, ". *", SeverityName(row.severity),
                    "*\n\n", row.why, "\n\n**Instead:** ", row.mend, "\n");
  }
  return out;
}

std::string RulesText() {
  std::string out;
  for (const RuleRow& row : Rules()) {
    absl::StrAppendFormat(&out, "%-28s %-8s %s\n", row.id, SeverityName(row.severity), row.title);
  }
  return out;
}

}  // namespace gpuscaler::lint
