#include "web/http_head.h"

#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/strings.h"

namespace gpuscaler::web {
namespace {

struct StatusRow {
  int status;
  std::string_view reason;
};
constexpr StatusRow kStatuses[] = {
    {200, "OK"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {417, "Expectation Failed"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

// Empty, which is allowed, for a status that the table lacks.
std::string_view Reason(int status) {
  for (const StatusRow& row : kStatuses) {
    if (row.status == status) return row.reason;
  }
  return {};
}

}  // namespace

std::string RenderHead(const HttpResponse& response, bool keep_alive, base::WallTime now) {
  std::string head = base::StrCat(
      "HTTP/1.1 ", response.status, " ", Reason(response.status), "\r\nDate: ",
      absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", absl::FromChrono(now), absl::UTCTimeZone()),
      "\r\n");
  // RFC 9110, 15.4.5: a 304 has no body, and no length but that of the 200.
  if (response.status != 304) {
    base::StrAppend(&head, "Content-Type: ", response.content_type,
                    "\r\nContent-Length: ", response.body.size(), "\r\n");
  }
  base::StrAppend(&head, "Connection: ", keep_alive ? "keep-alive" : "close",
                  "\r\nCache-Control: ", response.cache_control,
                  "\r\nX-Content-Type-Options: nosniff\r\n");
  for (const HttpHeader& header : response.headers) {
    base::StrAppend(&head, header.name, ": ", header.value, "\r\n");
  }
  head += "\r\n";
  return head;
}

}  // namespace gpuscaler::web
