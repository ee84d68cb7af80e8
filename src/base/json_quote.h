// Text as a JSON string literal.
#pragma once

#include <string>
#include <string_view>

namespace gpuscaler::base {

// `text` as a JSON string, quotes included. Bytes that are not UTF-8 become
// U+FFFD, so that the result is JSON whatever a client sent.
std::string JsonQuote(std::string_view text);

}  // namespace gpuscaler::base
