// The status page: one HTML that asks /api/v1 of the server that it comes from, and
// nobody else.
#pragma once

#include "web/http_message.h"

namespace gpuscaler::web {

// 200 with the page, or 304 to a browser that has it.
HttpResponse AnswerPage(const HttpRequest& request);

}  // namespace gpuscaler::web
