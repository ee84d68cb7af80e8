// Text that is UTF-8 whatever it was made of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gpuscaler::base {

// U+FFFD, in the place of a byte that is not UTF-8.
inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// Length of the well-formed UTF-8 sequence that `text`, which is not empty,
// begins with (Unicode 15, table 3-7); 0 when it begins with none.
size_t Utf8Length(std::string_view text);

// `text` with each byte that is not UTF-8 replaced.
std::string ToUtf8(std::string_view text);

}  // namespace gpuscaler::base
