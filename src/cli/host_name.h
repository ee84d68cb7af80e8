// The machine's name.
#pragma once

#include <string>

namespace gpuscaler::cli {

std::string HostName();

}  // namespace gpuscaler::cli
