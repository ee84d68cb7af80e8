#include "web/page.h"

#include <string>
#include <string_view>

#include "web/page_data.h"

namespace gpuscaler::web {
namespace {

// RFC 9110, 13.1.2: a list of tags, weak ones equal to strong ones, or "*". The tag,
// quotes included, is 128 bits of a hash: it is part of no other.
bool Has(std::string_view if_none_match, std::string_view tag) {
  return if_none_match == "*" || if_none_match.find(tag) != std::string_view::npos;
}

}  // namespace

HttpResponse AnswerPage(const HttpRequest& request) {
  HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.cache_control = "no-cache";
  response.headers = {
      {"ETag", std::string(PageTag())},
      {"Content-Security-Policy", std::string(PagePolicy())},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  if (Has(request.if_none_match, PageTag())) {
    response.status = 304;
  } else {
    response.body = PageHtml();
  }
  return response;
}

}  // namespace gpuscaler::web
