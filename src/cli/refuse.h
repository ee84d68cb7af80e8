// How the program says that it will not do what was asked.
#pragma once

#include <string_view>

namespace gpuscaler::cli {

// One line on standard error. The exit code, 2.
int Refuse(std::string_view text);

}  // namespace gpuscaler::cli
