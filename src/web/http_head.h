// A response's status line and headers as they go over the wire.
#pragma once

#include <string>

#include "base/time.h"
#include "web/http_message.h"

namespace gpuscaler::web {

// Ends with the empty line. Content-Length is the body's, whether it is sent
// (GET) or not (HEAD).
std::string RenderHead(const HttpResponse& response, bool keep_alive, base::WallTime now);

}  // namespace gpuscaler::web
