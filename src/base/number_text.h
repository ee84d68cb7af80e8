// A number as text.
#pragma once

#include <string>

namespace gpuscaler::base {

// The shortest text that reads back as the same number: "100.0000001", "1e+06".
std::string NumberText(double number);

}  // namespace gpuscaler::base
