#include "lint/admission_edges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "lint/lint.h"
#include "lint/rules.h"

namespace gpuscaler::lint {

std::vector<std::string> Errors(const std::string& text) {
  std::vector<std::string> errors;
  for (const Finding& finding : Lint({{"a.yaml", text}}).findings) {
    if (finding.rule->severity != Severity::kError) continue;
    errors.push_back(base::StrCat(finding.line, ": ", finding.rule->id, ": ", finding.message));
  }
  return errors;
}

std::string Object(std::string_view triggers, std::string_view more) {
  return base::StrCat(R"(apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: llm}
spec:
  scaleTargetRef: {name: llm}
  triggers: [)",
                      triggers, "]\n", more);
}

void ExpectEdges(const std::vector<EdgeRow>& rows) {
  for (const EdgeRow& row : rows) {
    SCOPED_TRACE(row.refused);
    EXPECT_THAT(Errors(row.taken), testing::IsEmpty());
    EXPECT_THAT(Errors(row.refused), testing::ElementsAre(testing::StartsWith(row.error)));
  }
}

}  // namespace gpuscaler::lint
