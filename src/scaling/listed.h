// Lists in messages, of which the first few are named.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gpuscaler::scaling {

// "a; b; c; and 5 more" of `count` items, the first of which are given.
std::string Listed(const std::vector<std::string>& items, size_t count, std::string_view separator);
// Of all of them.
std::string Listed(const std::vector<std::string>& items, std::string_view separator);

}  // namespace gpuscaler::scaling
