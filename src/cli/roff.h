// The language of man pages.
#pragma once

#include <string>
#include <string_view>

namespace gpuscaler::cli {

// `text` as it shows, whatever is in it.
std::string Roff(std::string_view text);

// Each a line or more, with the line break. Titles are taken as they are.
std::string Section(std::string_view title);
std::string Paragraph(std::string_view text);
// What `tag` is: "--port=VALUE" and its description.
std::string Tagged(std::string_view tag, std::string_view text);

}  // namespace gpuscaler::cli
