// From a request's method and target to its response: pure, no sockets.
#pragma once

#include <span>
#include <string_view>

#include "web/http_message.h"

namespace gpuscaler::web {

// The handler's response; 405 for methods other than GET and HEAD, 404 with
// the list of routes for an unknown path, 500 when the handler throws.
// `target` is the request line's: origin form ("/a?b") or absolute form
// ("http://host/a?b").
// `if_none_match` is that header's value; empty: there is none.
HttpResponse Answer(std::span<const HttpRoute> routes, std::string_view method,
                    std::string_view target, std::string_view if_none_match = {});

// A response that says in plain text why there is no other.
HttpResponse ErrorResponse(int status, std::string_view reason);

}  // namespace gpuscaler::web
