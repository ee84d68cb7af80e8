// A request and a response as handlers see them; no library's types.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuscaler::web {

// Valid during the handler's call only.
struct HttpRequest {
  std::string_view path;           // "/metrics"; as sent, not decoded, without a query
  std::string_view query;          // "a=1&b=2"; as sent, HttpQuery reads it
  std::string_view if_none_match;  // that header; empty: there is none
};

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string cache_control = "no-store";
  std::vector<HttpHeader> headers;  // beside those that every response has
};

// Runs on the server's thread, for GET and HEAD alike: cheap, never blocks.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpRoute {
  std::string path;  // matched whole
  HttpHandler handler;
};

}  // namespace gpuscaler::web
