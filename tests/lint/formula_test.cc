// A formula's targets, which are strings that KEDA reads as Go reads numbers.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "lint/admission_edges.h"

namespace gpuscaler::lint {
namespace {

std::string WithFormula(std::string_view target, std::string_view activation_target) {
  return Object("{type: kafka, name: a, metadata: {}}",
                base::StrCat("  advanced: {scalingModifiers: {formula: a, target: ", target,
                             ", activationTarget: ", activation_target, "}}\n"));
}

TEST(Formula, ItsTargetsAreNumbersInStrings) {
  for (const std::string refused : {"' 80'", "'80 '", "'80%'", "'1e400'", "much"}) {
    ExpectEdges({{WithFormula("'+8e1'", "'2'"), WithFormula(refused, "'2'"),
                  "7: wrong-value: scalingModifiers.target is \""},
                 {WithFormula("'80'", "'-.5'"), WithFormula("'80'", refused),
                  "7: wrong-value: scalingModifiers.activationTarget is \""}});
  }
  ExpectEdges({{WithFormula("'1'", "'0'"), WithFormula("'0'", "'0'"),
                "7: wrong-value: scalingModifiers.target is \"0\"; it must be a number above 0"},
               {WithFormula("'80'", "''"), WithFormula("'80'", "5"),
                "7: unquoted-value: spec.advanced.scalingModifiers.activationTarget is 5"}});
}

}  // namespace
}  // namespace gpuscaler::lint
