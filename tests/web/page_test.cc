#include "web/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "web/client.h"
#include "web/http_server.h"

namespace gpuscaler::web {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const HttpHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

size_t CountOf(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Page, IsOneHtmlThatNamesNothingElse) {
  const HttpResponse response = AnswerPage({});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(response.body, AllOf(StartsWith("<!doctype html>"), EndsWith("</html>\n")));
  EXPECT_EQ(CountOf(response.body, "<style>"), 1U);
  EXPECT_EQ(CountOf(response.body, "<script>"), 1U);
  EXPECT_THAT(response.body, Not(HasSubstr("<script src")));
  EXPECT_THAT(response.body, Not(HasSubstr("<link rel=\"stylesheet\"")));
  // The only other URLs are the names of the SVG vocabulary.
  EXPECT_EQ(CountOf(response.body, "://"), CountOf(response.body, "://www.w3.org/2000/svg"));
}

TEST(Page, InsertsWhatIsToldAsTextAlone) {
  const std::string body = AnswerPage({}).body;
  for (const char* danger : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write",
                             "eval(", "new Function", "DOMParser", " style=\"", "javascript:"}) {
    EXPECT_THAT(body, Not(HasSubstr(danger)));
  }
  EXPECT_THAT(body, Not(ContainsRegex(" on[a-z]+=[\"']")));
}

TEST(Page, MayRunItsOwnScriptAndAskItsOwnServerAndNothingElse) {
  const HttpResponse response = AnswerPage({});
  EXPECT_THAT(HeaderOf(response, "Content-Security-Policy"),
              testing::MatchesRegex("default-src 'none'; script-src 'sha256-[^' ]*'; "
                                    "style-src 'sha256-[^' ]*'; connect-src 'self'; "
                                    "img-src data:; base-uri 'none'; form-action 'none'; "
                                    "frame-ancestors 'none'"));
  EXPECT_EQ(HeaderOf(response, "Referrer-Policy"), "no-referrer");
}

TEST(Page, IsNotSentAgainToABrowserThatHasIt) {
  HttpRequest request;
  const HttpResponse first = AnswerPage(request);
  EXPECT_EQ(first.cache_control, "no-cache");
  const std::string tag = HeaderOf(first, "ETag");
  EXPECT_THAT(tag, testing::MatchesRegex("\"[0-9a-f]*\""));
  for (const std::string& has : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
    request.if_none_match = has;
    const HttpResponse again = AnswerPage(request);
    EXPECT_EQ(again.status, 304) << has;
    EXPECT_EQ(again.body, "") << has;
    EXPECT_EQ(HeaderOf(again, "ETag"), tag) << has;
  }
  request.if_none_match = "\"0123456789abcdef0123456789abcdef\"";
  EXPECT_EQ(AnswerPage(request).status, 200) << "an older version's";
}

TEST(Page, IsNotSentAgainOverTcpEither) {
  std::vector<HttpListen> listeners;
  listeners.push_back({"127.0.0.1", 0, {{"/", &AnswerPage}}});
  const auto server = HttpServer::Start({}, std::move(listeners));
  ASSERT_TRUE(server.ok()) << server.status();
  Client client = Client::To((*server)->port(0));
  const std::string first = client.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(first, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("<title>"),
                           HasSubstr("\r\nCache-Control: no-cache\r\n")));
  const size_t tag = first.find("\r\nETag: ") + 8;
  const std::string ask = base::StrCat("GET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: ",
                                       first.substr(tag, first.find("\r\n", tag) - tag),
                                       "\r\nConnection: close\r\n\r\n");
  client.Send(ask);
  EXPECT_THAT(client.ReadToEnd(),
              AllOf(StartsWith("HTTP/1.1 304 Not Modified\r\n"), EndsWith("\r\n\r\n")));
}

}  // namespace
}  // namespace gpuscaler::web
