#include "base/number_text.h"

#include <array>
#include <charconv>

namespace gpuscaler::base {

std::string NumberText(double number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return std::string(text.data(), end);
}

}  // namespace gpuscaler::base
