// Answers that are too large, too late, cut off or none at all.
#include <string>

#include "engines/scraping/connection_fixture.h"

namespace gpuscaler::engines {
namespace {

using absl::StatusCode;
using fakes::FakeEngine;
using fakes::Gzip;
using fakes::Response;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ConnectionLimitsTest : public ConnectionFixture {};

TEST_F(ConnectionLimitsTest, WhatIsNoResponseIsAnError) {
  const std::string html = "<html>\n<body>not a metrics page</body>";
  ExpectError(GetOf(html), StatusCode::kInvalidArgument, "the answer is not HTTP/1.1: ");
  ExpectError(GetOf(std::string(64, '\0')), StatusCode::kInvalidArgument, "not HTTP/1.1");
  ExpectError(GetOf("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), StatusCode::kInvalidArgument,
              "not HTTP/1.1");
  ExpectError(GetOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
              StatusCode::kInvalidArgument, "not HTTP/1.1");
  ExpectError(GetOf("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx"),
              StatusCode::kInvalidArgument, "encoded as \"br\"");
}

TEST_F(ConnectionLimitsTest, WhatIsCutOffIsAnError) {
  ExpectError(GetOf(""), StatusCode::kUnavailable, "closed before an answer");
  ExpectError(GetOf("HTTP/1.1 200 O"), StatusCode::kUnavailable, "within the response's header");
  ExpectError(GetOf("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), StatusCode::kUnavailable,
              "within the response's body");
  ExpectError(GetOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
              StatusCode::kUnavailable, "within the response's body");
  const std::string compressed = Gzip(std::string(1000, 'x'));
  ExpectError(GetOf(Response(200, "Content-Encoding: gzip\r\n",
                             compressed.substr(0, compressed.size() - 9))),
              StatusCode::kInvalidArgument, "the gzip body is cut off");
}

TEST_F(ConnectionLimitsTest, WhatIsTooLargeIsCutOff) {
  limits_.body_bytes = limits_.wire_bytes = 100'000;
  ExpectError(GetOf("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"),
              StatusCode::kResourceExhausted, "the body is larger than 100000 bytes");
  const FakeEngine::Script endless = [](FakeEngine::Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.Send(std::string(10'000, 'x'))) {
    }
  };
  engine_.Run(endless);
  ExpectError(Get(), StatusCode::kResourceExhausted, "the body is larger than 100000 bytes");
  EXPECT_LE(body_.size(), 100'000U);
  engine_.Run([](FakeEngine::Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.Send("1;" + std::string(1000, 'e') + "\r\nx\r\n")) {
    }
  });
  EXPECT_FALSE(Get().ok()) << "framing of chunks counts";
  engine_.Run([](FakeEngine::Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\n");
    while (peer.Send("X-Header: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  ExpectError(Get(), StatusCode::kResourceExhausted, "header is larger than 16384 bytes");
  engine_.Run([](FakeEngine::Peer& peer) {
    while (peer.Send(std::string(1000, '1'))) {
    }
  });
  EXPECT_FALSE(Get().ok()) << "a status line without an end";
}

TEST_F(ConnectionLimitsTest, AGzipBombIsCutOff) {
  ExpectError(GetOf(Response(200, "Content-Encoding: gzip\r\n", Gzip(std::string(64 << 20, 'x')))),
              StatusCode::kResourceExhausted, "the body inflates to more than 200 times its size");
  EXPECT_LT(body_.size(), 1U << 20);
  std::string text;
  for (int i = 0; text.size() < 5 << 20; ++i)
    base::StrAppend(&text, "metric_", i, " ", i * 7, "\n");
  ExpectError(GetOf(Response(200, "Content-Encoding: gzip\r\n", Gzip(text))),
              StatusCode::kResourceExhausted, "the body is larger than 4194304 bytes");
}

TEST_F(ConnectionLimitsTest, EveryPhaseHasADeadline) {
  limits_.header = milliseconds(50);
  engine_.Run([](FakeEngine::Peer& peer) { peer.AwaitClose(); });
  ExpectError(Get(), StatusCode::kDeadlineExceeded, "no answer within 50ms");
  engine_.Run([](FakeEngine::Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\nX: ");
    while (peer.Send("x") && peer.Pause(milliseconds(5))) {
    }
  });
  ExpectError(Get(), StatusCode::kDeadlineExceeded, "no answer within 50ms");
  limits_.header = seconds(60);
  limits_.whole = milliseconds(200);
  engine_.Run([](FakeEngine::Peer& peer) {
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (peer.Send("x") && peer.Pause(milliseconds(5))) {
    }
  });
  ExpectError(Get(), StatusCode::kDeadlineExceeded, "no end of the answer within 200ms");
}

}  // namespace
}  // namespace gpuscaler::engines
