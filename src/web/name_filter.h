// The parameter `filter` of a list: a part of a name, whatever the case of its ASCII
// letters. An empty one lets everything pass.
#pragma once

#include <string>
#include <string_view>

namespace gpuscaler::web {

class NameFilter {
 public:
  NameFilter() = default;
  explicit NameFilter(std::string_view part);

  bool empty() const { return part_.empty(); }
  bool Passes(std::string_view name) const;

 private:
  std::string part_;  // lower case
};

}  // namespace gpuscaler::web
