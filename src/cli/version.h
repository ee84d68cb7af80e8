// The program's version, from the file VERSION.
#pragma once

#include <string_view>

namespace gpuscaler::cli {

inline constexpr std::string_view kVersion = GPUSCALER_VERSION;

}  // namespace gpuscaler::cli
