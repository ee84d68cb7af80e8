// Text as a JSON string literal.
#pragma once

#include <string>
#include <string_view>

namespace gpuscaler::base {

// `text` as a JSON string, quotes included. Bytes that are not UTF-8 become
// U+FFFD, so that the result is JSON whatever a client sent.
std::string JsonQuote(std::string_view text);

// The same of 64 bytes of `text` at most, for messages; of a longer one its size
// is told.
std::string QuotedStart(std::string_view text);

}  // namespace gpuscaler::base
