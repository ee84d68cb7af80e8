#include "web/http_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>

#include "web/http_head.h"

namespace gpuscaler::web {
namespace {

std::vector<HttpRoute> Routes() {
  return {
      {"/echo",
       [](const HttpRequest& request) {
         HttpResponse response;
         response.body = std::string(request.path);
         return response;
       }},
      {"/full", [](const HttpRequest&) -> HttpResponse { throw std::bad_alloc(); }},
  };
}

struct TargetRow {
  std::string_view target;
  std::string_view body;
};

TEST(HttpRouteTest, TheQueryIsParsedOffAndTheAbsoluteFormIsAccepted) {
  for (const TargetRow& row : {
           TargetRow{"/echo", "/echo"},
           TargetRow{"/echo?", "/echo"},
           TargetRow{"/echo?a=1&b=%20?c", "/echo"},
           TargetRow{"http://node-1:9090/echo?a=1", "/echo"},
       }) {
    const HttpResponse response = Answer(Routes(), "GET", row.target);
    EXPECT_EQ(response.status, 200) << row.target;
    EXPECT_EQ(response.body, row.body) << row.target;
  }
}

TEST(HttpRouteTest, AHandlerGetsTheQueryAsItWasSent) {
  std::string seen;
  const std::vector<HttpRoute> routes = {{"/q", [&seen](const HttpRequest& request) {
                                            seen = request.query;
                                            return HttpResponse();
                                          }}};
  for (const auto& [target, query] : {std::pair<std::string, std::string>{"/q", ""},
                                      {"/q?", ""},
                                      {"/q?a=1&b=%20?c", "a=1&b=%20?c"},
                                      {"http://node-1:9090/q?a=1", "a=1"}}) {
    seen = "none";
    EXPECT_EQ(Answer(routes, "GET", target).status, 200);
    EXPECT_EQ(seen, query) << target;
  }
}

TEST(HttpRouteTest, AnUnknownPathIsAnsweredWithTheListOfRoutes) {
  for (const std::string_view target : {"/", "/ech", "/echo/", "/ECHO", "/%65cho", "*", "echo",
                                        "?a=/echo", "http://h", "http://h?q", "://", ""}) {
    const HttpResponse response = Answer(Routes(), "GET", target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_EQ(response.body, "not found; there is:\n/echo\n/full\n") << target;
  }
}

TEST(HttpRouteTest, OtherMethodsThanGetAndHeadAreNotAllowed) {
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "get", ""}) {
    const HttpResponse response = Answer(Routes(), method, "/echo");
    EXPECT_EQ(response.status, 405) << method;
    ASSERT_EQ(response.headers.size(), 1U) << method;
    EXPECT_EQ(response.headers[0].name, "Allow");
    EXPECT_EQ(response.headers[0].value, "GET, HEAD");
  }
  EXPECT_EQ(Answer(Routes(), "HEAD", "/echo").status, 200);
}

TEST(HttpRouteTest, AHandlerThatThrowsIsA500) {
  EXPECT_EQ(Answer(Routes(), "GET", "/full").status, 500);
}

TEST(HttpHeadTest, TheHeadIsRenderedWhole) {
  HttpResponse response;
  response.status = 503;
  response.content_type = "application/json";
  response.body = "12345";
  response.headers = {{"Retry-After", "1"}};
  // 784111777 s after the epoch is RFC 9110's example date.
  const base::WallTime now{std::chrono::seconds(784111777)};
  EXPECT_EQ(RenderHead(response, true, now),
            "HTTP/1.1 503 Service Unavailable\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 5\r\n"
            "Connection: keep-alive\r\n"
            "Cache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Retry-After: 1\r\n"
            "\r\n");
  EXPECT_THAT(RenderHead(response, false, now), testing::HasSubstr("\r\nConnection: close\r\n"));
  response.status = 599;
  EXPECT_THAT(RenderHead(response, true, now), testing::StartsWith("HTTP/1.1 599 \r\n"));
}

TEST(HttpHeadTest, NotModifiedHasNeitherLengthNorType) {
  HttpResponse response;
  response.status = 304;
  response.cache_control = "no-cache";
  response.headers.push_back({"ETag", "\"a\""});
  EXPECT_EQ(RenderHead(response, true, base::WallTime()),
            "HTTP/1.1 304 Not Modified\r\n"
            "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            "Connection: keep-alive\r\n"
            "Cache-Control: no-cache\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "ETag: \"a\"\r\n"
            "\r\n");
}

}  // namespace
}  // namespace gpuscaler::web
