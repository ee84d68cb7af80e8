// A URL as logs, errors, explanations and the API show it.
#pragma once

#include <string>
#include <string_view>

namespace gpuscaler::engines {

// `url`, which need not be one, without user info and without the values of its query:
// "http://vllm:8000/m?token=...". Of one whose user info has no clear end the scheme alone.
std::string ShownUrl(std::string_view url);

}  // namespace gpuscaler::engines
