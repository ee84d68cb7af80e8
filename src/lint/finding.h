// What lint found: a rule, a place, and what is wrong there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gpuscaler::lint {

enum class Severity : uint8_t {
  kInfo,     // works, and could be better
  kWarning,  // works, and will surprise
  kError,    // does not do what it says
};
std::string_view SeverityName(Severity severity);

struct RuleRow;

struct Finding {
  std::string file;
  int line = 0;                   // from 1
  const RuleRow* rule = nullptr;  // not owned, static
  std::string message;            // one line: the value that is wrong, and what is right
};

}  // namespace gpuscaler::lint
