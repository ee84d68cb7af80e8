#include "web/name_filter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/strings.h"

namespace gpuscaler::web {

NameFilter::NameFilter(std::string_view part) : part_(absl::AsciiStrToLower(base::ToAbsl(part))) {}

bool NameFilter::Passes(std::string_view name) const {
  const auto same = [](char in_name, char in_part) {
    return absl::ascii_tolower(static_cast<unsigned char>(in_name)) == in_part;
  };
  return std::search(name.begin(), name.end(), part_.begin(), part_.end(), same) != name.end() ||
         part_.empty();
}

}  // namespace gpuscaler::web
