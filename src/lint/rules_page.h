// The table of rules as documentation.
#pragma once

#include <string>

namespace gpuscaler::lint {

// docs/lint.md.
std::string RulesPage();
// For a terminal: `lint --rules`.
std::string RulesText();

}  // namespace gpuscaler::lint
