// Text that files and servers made, fit to be printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gpuscaler::base {

// The first `most` bytes of `text`, cut between characters. A terminal obeys control
// characters: they become \u001b, and bytes that are not UTF-8 U+FFFD. All else, quotes and
// backslashes too, stays as it was.
std::string TerminalText(std::string_view text, size_t most = std::string_view::npos);

}  // namespace gpuscaler::base
