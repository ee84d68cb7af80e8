#include "lint/rule.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::lint {

std::string_view SeverityName(Severity severity) {
  constexpr std::string_view kNames[] = {"info", "warning", "error"};
  return kNames[static_cast<size_t>(severity)];
}

void Findings::AddText(int line, std::string message) {
  for (char& c : message) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  found_.push_back({std::string(file_), std::max(line, 1), &rule_, std::move(message)});
}

}  // namespace gpuscaler::lint
