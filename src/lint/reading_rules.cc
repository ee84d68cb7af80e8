// What reading a manifest finds, and the comments that silence rules.
#include <array>

#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

using manifests::ProblemKind;

// In the order of ProblemKind, then the rule of comments.
constexpr std::array<RuleRow, 6> kRows = {{
    {"unreadable", Severity::kError, "A document that is not YAML",
     "The API server will not read it either. The other documents of the file are checked all "
     "the same. The exit code is 2: what was not read was not checked.",
     "Mend the line, or split what is too large. Tabs do not indent in YAML."},
    {"helm-template", Severity::kError, "A Helm template instead of a manifest",
     "What `{{ ... }}` will be is not known before it is rendered. The exit code is 2.",
     "Check what Helm makes of it: `helm template CHART | keda-gpu-scaler lint -`."},
    {"wrong-value", Severity::kError, "A value that its field cannot have",
     "KEDA's API has a type and a range for each field. The API server refuses the object, or KEDA "
     "does, and then there is no HPA.",
     "Write what the message says. Numbers of a ScaledObject's own fields stand without quotes."},
    {"unquoted-value", Severity::kError, "A number or boolean where a string is needed",
     "A trigger's metadata is a map of strings. YAML makes a number of `80` and a boolean of "
     "`true` (to kubectl `yes`, `on` and `n` too), which the API server refuses.",
     "Put the value in quotes: `targetValue: \"80\"`."},
    {"unknown-field", Severity::kError, "A field that the object does not have",
     "A misspelt field does nothing: kubectl refuses it, but the API server itself, and so a "
     "client that does not ask for strict validation, drops it without a word. The fields are "
     "those of KEDA 2.21.",
     "Write the field that the message names."},
    {"unknown-rule", Severity::kWarning, "A comment that silences a rule which there is not",
     "`keda-gpu-scaler:ignore` names no rule, or one that does not exist: it silences nothing.",
     "Name a rule of this page: `# keda-gpu-scaler:ignore two-replica-trap`. Several stand with "
     "commas between them."},
}};

}  // namespace

std::span<const RuleRow> ReadingRules() {
  return kRows;
}

const RuleRow& RuleOf(ProblemKind kind) {
  return kRows[static_cast<size_t>(kind)];
}

const RuleRow& UnknownRule() {
  return kRows.back();
}

}  // namespace gpuscaler::lint
