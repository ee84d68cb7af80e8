// One GET against a real server that does as it likes.
#include "engines/scraping/connection.h"

#include <string>
#include <vector>

#include "boost/asio/post.hpp"
#include "engines/scraping/connection_fixture.h"

namespace gpuscaler::engines {
namespace {

using absl::StatusCode;
using fakes::FakeEngine;
using fakes::Gzip;
using fakes::Response;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ConnectionTest : public ConnectionFixture {};

TEST_F(ConnectionTest, AsksAsAScraperDoes) {
  engine_.Say("a 1\n");
  At("/metrics?x=y");
  EXPECT_TRUE(Get().ok());
  EXPECT_EQ(body_, "a 1\n");
  const std::string request = engine_.requests().at(0);
  EXPECT_THAT(request, StartsWith("GET /metrics?x=y HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr(base::StrCat("\r\nHost: engine.test:", engine_.port(), "\r\n")));
  EXPECT_THAT(request, HasSubstr("\r\nAccept: text/plain;version=0.0.4,"));
  EXPECT_THAT(request, HasSubstr("\r\nAccept-Encoding: gzip\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Authorization")));
}

TEST_F(ConnectionTest, ATokenIsSentAsBearer) {
  engine_.Say("");
  EXPECT_TRUE(Get("secret").ok());
  EXPECT_THAT(engine_.requests().at(0), HasSubstr("\r\nAuthorization: Bearer secret\r\n"));
}

TEST_F(ConnectionTest, ReadsEveryFormOfBody) {
  EXPECT_TRUE(GetOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "2\r\nab\r\n3;ext=1\r\ncde\r\n0\r\nTrailer: x\r\n\r\n")
                  .ok());
  EXPECT_EQ(body_, "abcde");
  EXPECT_TRUE(GetOf("HTTP/1.0 200 OK\r\n\r\nuntil the end").ok());
  EXPECT_EQ(body_, "until the end");
  EXPECT_TRUE(GetOf("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok());
  EXPECT_EQ(body_, "");
  const std::string text(100'000, 'x');
  EXPECT_TRUE(GetOf(Response(200, "Content-Encoding: gzip\r\n", Gzip(text))).ok());
  EXPECT_EQ(body_, text);
}

TEST_F(ConnectionTest, IsKeptFromOneReadingToTheNext) {
  engine_.Say("a");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Get().ok());
  EXPECT_EQ(engine_.connections(), 1U);
  engine_.Run(
      [](FakeEngine::Peer& peer) { peer.Send(Response(200, "Connection: close\r\n", "")); });
  EXPECT_TRUE(Get().ok());
  EXPECT_TRUE(Get().ok());
  EXPECT_EQ(engine_.connections(), 2U);
  engine_.Run([](FakeEngine::Peer& peer) { peer.Send(Response(200, "", "") + "more"); });
  EXPECT_TRUE(Get().ok());
  EXPECT_FALSE(connection_->is_open()) << "what follows is nobody's answer";
}

TEST_F(ConnectionTest, IsOpenedAnewOnceWhenTheServerHasClosedItMeanwhile) {
  engine_.Say("a");
  EXPECT_TRUE(Get().ok());
  engine_.Disconnect();
  EXPECT_TRUE(Get().ok());
  EXPECT_EQ(engine_.connections(), 2U);
  // Closes at the request, as a server does whose time is just over.
  engine_.Run([](FakeEngine::Peer& peer) { peer.Close(); });
  ExpectError(Get(), StatusCode::kUnavailable, "the connection was closed before an answer");
  EXPECT_EQ(engine_.connections(), 3U) << "once";
}

TEST_F(ConnectionTest, NobodyListens) {
  {
    const FakeEngine gone;
    endpoint_.port = gone.port();
  }
  ExpectError(Get(), StatusCode::kUnavailable, "cannot connect: Connection refused");
}

TEST_F(ConnectionTest, AStatusOtherThan200IsAnError) {
  ExpectError(GetOf(Response(503, "", "busy")), StatusCode::kFailedPrecondition,
              "the answer has status 503; 200 is right");
  EXPECT_EQ(body_, "");
  ExpectError(GetOf(Response(401, "", "")), StatusCode::kFailedPrecondition,
              "status 401; 200 is right; a token is given to the scaler by --engine-auth");
  for (const int status : {101, 201, 204, 206, 404}) {
    ExpectError(GetOf(Response(status, "", "")), StatusCode::kFailedPrecondition,
                base::StrCat("the answer has status ", status, "; 200 is right"));
  }
}

TEST_F(ConnectionTest, WhatComesBeforeTheAnswerIsPassedOver) {
  const std::string answer = Response(200, "", "a 1\n");
  EXPECT_TRUE(GetOf("HTTP/1.1 100 Continue\r\n\r\n" + answer).ok());
  EXPECT_EQ(body_, "a 1\n");
  EXPECT_TRUE(GetOf("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                    "Link: </style.css>\r\nContent-Encoding: br\r\n\r\n" +
                    answer)
                  .ok());
  EXPECT_EQ(body_, "a 1\n");
  ExpectError(GetOf("HTTP/1.1 100 Continue\r\n\r\n" + Response(404, "", "")),
              StatusCode::kFailedPrecondition, "status 404");
  ExpectError(GetOf("HTTP/1.1 100 Continue\r\n\r\n"), StatusCode::kUnavailable,
              "closed within the response's header");
  std::string endless;
  while (endless.size() < 100'000) endless += "HTTP/1.1 100 Continue\r\n\r\n";
  ExpectError(GetOf(endless + answer), StatusCode::kResourceExhausted,
              "the response's header is larger than 16384 bytes");
}

TEST_F(ConnectionTest, AConnectionIsKeptAfterWhatCameBeforeTheAnswer) {
  engine_.Run([](FakeEngine::Peer& peer) {
    peer.Send("HTTP/1.1 100 Continue\r\n\r\n" + Response(200, "", "a"));
  });
  EXPECT_TRUE(Get().ok());
  EXPECT_TRUE(Get().ok());
  EXPECT_EQ(engine_.connections(), 1U);
}

TEST_F(ConnectionTest, RedirectsAreNotFollowed) {
  ExpectError(GetOf(Response(302, "Location: http://169.254.169.254/\x01latest\r\n", "")),
              StatusCode::kInvalidArgument, "not HTTP/1.1");
  ExpectError(GetOf(Response(302, "Location: http://169.254.169.254/latest\r\n", "")),
              StatusCode::kFailedPrecondition,
              "the answer redirects (302) to \"http://169.254.169.254/latest\"; redirects are not "
              "followed; name the final URL");
  EXPECT_EQ(engine_.requests().size(), 2U);
}

TEST_F(ConnectionTest, RedirectsAreFollowedToTheSameOriginAloneAndWithoutTheToken) {
  limits_.redirects = 2;
  engine_.Run([](FakeEngine::Peer& peer) {
    const bool there = peer.request().starts_with("GET /metrics/ ");
    peer.Send(there ? Response(200, "", "a 1") : Response(307, "Location: /metrics/\r\n", ""));
  });
  EXPECT_TRUE(Get("secret").ok());
  EXPECT_EQ(body_, "a 1");
  ASSERT_EQ(engine_.requests().size(), 2U);
  EXPECT_THAT(engine_.requests()[0], HasSubstr("secret"));
  EXPECT_THAT(engine_.requests()[1], Not(HasSubstr("secret")));

  const std::string own = base::StrCat("http://engine.test:", engine_.port());
  engine_.Run([own](FakeEngine::Peer& peer) {
    peer.Send(Response(302, "Location: " + own + "/again\r\n", ""));
  });
  ExpectError(Get(), StatusCode::kFailedPrecondition, "that is one redirect too many");
  EXPECT_EQ(engine_.requests().size(), 5U);
  const std::vector<std::string> elsewhere = {
      "http://169.254.169.254/",
      "//evil.com/",
      "https://engine.test/",
      own + "1/",
      "http://engine.test.evil.com/",
      base::StrCat("http://x@engine.test:", engine_.port(), "/"),
      "",
      "file:///etc/passwd"};
  for (const std::string& location : elsewhere) {
    engine_.Run([location](FakeEngine::Peer& peer) {
      peer.Send(Response(302, "Location: " + location + "\r\n", ""));
    });
    const size_t before = engine_.requests().size();
    ExpectError(Get(), StatusCode::kFailedPrecondition, "the answer redirects (302)");
    EXPECT_EQ(engine_.requests().size(), before + 1) << location;
  }
}

TEST_F(ConnectionTest, TheSinksErrorEndsIt) {
  engine_.Say("a 1\n");
  absl::Status status;
  BodySink sink{[](base::SteadyTime, std::string_view) { return absl::OkStatus(); },
                [](std::string_view) { return absl::InvalidArgumentError("line 1 is odd"); }};
  boost::asio::co_spawn(io_, connection_->Get({}, std::move(sink)),
                        [&](const std::exception_ptr&, absl::Status result) { status = result; });
  io_.run();
  ExpectError(status, StatusCode::kInvalidArgument, "line 1 is odd");
}

TEST_F(ConnectionTest, CloseEndsWhatIsUnderWay) {
  engine_.Run([&](FakeEngine::Peer& peer) {
    boost::asio::post(io_, [&] { connection_->Close(); });
    peer.AwaitClose();
  });
  ExpectError(Get(), StatusCode::kCancelled, "the endpoint is not read any more");
}

}  // namespace
}  // namespace gpuscaler::engines
