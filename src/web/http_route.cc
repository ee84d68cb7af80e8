#include "web/http_route.h"

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "base/strings.h"

namespace gpuscaler::web {
namespace {

HttpRequest ParseTarget(std::string_view target) {
  if (!target.starts_with('/')) {
    // RFC 9112, 3.2.2: a server must accept the absolute form.
    const size_t scheme_end = target.find("://");
    if (scheme_end != std::string_view::npos) {
      target.remove_prefix(scheme_end + 3);
      target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    }
  }
  HttpRequest request;
  const size_t path_end = std::min(target.find('?'), target.size());
  request.path = target.substr(0, path_end);
  request.query = target.substr(std::min(path_end + 1, target.size()));
  if (request.path.empty()) request.path = "/";
  return request;
}

HttpResponse Call(const HttpRoute& route, const HttpRequest& request) {
  // A page too large for memory must not end the process.
  try {
    return route.handler(request);
  } catch (const std::exception& error) {
    base::LogError("an HTTP handler failed", {{"path", route.path}, {"error", error.what()}});
    return ErrorResponse(500, "the page could not be made");
  }
}

}  // namespace

HttpResponse ErrorResponse(int status, std::string_view reason) {
  HttpResponse response;
  response.status = status;
  response.body = base::StrCat(reason, "\n");
  return response;
}

HttpResponse Answer(std::span<const HttpRoute> routes, std::string_view method,
                    std::string_view target, std::string_view if_none_match) {
  if (method != "GET" && method != "HEAD") {
    HttpResponse response = ErrorResponse(405, "only GET and HEAD are allowed");
    response.headers.push_back({"Allow", "GET, HEAD"});
    return response;
  }
  HttpRequest request = ParseTarget(target);
  request.if_none_match = if_none_match;
  for (const HttpRoute& route : routes) {
    if (route.path == request.path) return Call(route, request);
  }
  std::string reason = "not found; there is:";
  for (const HttpRoute& route : routes) base::StrAppend(&reason, "\n", route.path);
  return ErrorResponse(404, reason);
}

}  // namespace gpuscaler::web
