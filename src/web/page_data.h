// The status page as the build made it of web/: web/inline_page.py writes the .cc.
#pragma once

#include <string_view>

namespace gpuscaler::web {

std::string_view PageHtml();
// Its Content-Security-Policy: its own script and style by their hashes, and
// questions to its own server.
std::string_view PagePolicy();
// Its ETag, quotes included.
std::string_view PageTag();

}  // namespace gpuscaler::web
