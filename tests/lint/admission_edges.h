// What lint refuses, and beside it what it takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpuscaler::lint {

// "LINE: RULE: MESSAGE" of each error in a file.
std::vector<std::string> Errors(const std::string& text);

// A ScaledObject with these triggers; `more` are lines of its spec, from the seventh on.
std::string Object(std::string_view triggers, std::string_view more = "");

struct EdgeRow {
  std::string taken;
  std::string refused;
  std::string error;  // of `refused`, which has no other: how it begins
};

void ExpectEdges(const std::vector<EdgeRow>& rows);

}  // namespace gpuscaler::lint
