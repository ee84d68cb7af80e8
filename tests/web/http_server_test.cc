#include "web/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>

#include "base/strings.h"
#include "web/client.h"

namespace gpuscaler::web {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

HttpRoute Route(std::string path, std::string body) {
  return {std::move(path), [body = std::move(body)](const HttpRequest&) {
            HttpResponse response;
            response.body = body;
            return response;
          }};
}

std::unique_ptr<HttpServer> StartHello() {
  std::vector<HttpListen> listeners;
  listeners.push_back({"127.0.0.1", 0, {Route("/hello", "hello\n"), Route("/other", "other\n")}});
  auto server = HttpServer::Start({}, std::move(listeners));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

TEST(HttpServerTest, ARequestIsAnsweredAndTheConnectionKept) {
  const auto server = StartHello();
  Client client = Client::To(server->port(0));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(client.Ask(kGet),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nhello\n"),
                      HasSubstr("\r\nConnection: keep-alive\r\n"),
                      HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"),
                      HasSubstr("\r\nCache-Control: no-store\r\n")));
  }
  const HttpStats stats = server->Stats();
  EXPECT_EQ(stats.accepted, 1U);
  EXPECT_EQ(stats.open_connections, 1U);
  EXPECT_EQ(stats.rejected, 0U);
}

TEST(HttpServerTest, HeadIsAnsweredLikeGetWithoutTheBody) {
  const auto server = StartHello();
  Client client = Client::To(server->port(0));
  client.Send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(true),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Length: 6\r\n"),
                    EndsWith("\r\n\r\n")));
  client.Send("HEAD /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(true), StartsWith("HTTP/1.1 404 "));
  // Had a body been sent, it would now stand before this.
  EXPECT_THAT(client.Ask(kGet), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("hello\n")));
}

TEST(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  const auto server = StartHello();
  Client client = Client::To(server->port(0));
  client.Send(
      "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
      "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /other HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
      "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("hello\n")));
  EXPECT_THAT(client.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET, HEAD\r\n")));
  EXPECT_THAT(client.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 404 "),
                    EndsWith("\r\n\r\nnot found; there is:\n/hello\n/other\n")));
  EXPECT_THAT(client.ReadToEnd(),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\r\nConnection: close\r\n"),
                    EndsWith("other\n")));
}

TEST(HttpServerTest, ARequestMayArriveByteByByte) {
  const auto server = StartHello();
  Client client = Client::To(server->port(0));
  for (const char c : kGet) ASSERT_TRUE(client.Send({&c, 1}));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServerTest, AClientThatHasClosedItsHalfStillGetsItsResponse) {
  const auto server = StartHello();
  Client client = Client::To(server->port(0));
  client.Send(kGet);
  client.HalfClose();
  EXPECT_THAT(client.ReadToEnd(), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("hello\n")));
}

TEST(HttpServerTest, Http10EndsAfterTheResponseUnlessAskedToKeep) {
  const auto server = StartHello();
  Client client = Client::To(server->port(0));
  EXPECT_THAT(client.Ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\r\nConnection: keep-alive\r\n")));
  client.Send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(),
              AllOf(HasSubstr("\r\nConnection: close\r\n"), EndsWith("hello\n")));
}

TEST(HttpServerTest, AClientThatExpects100ContinueGetsTheAnswerInstead) {
  const auto server = StartHello();
  Client client = Client::To(server->port(0));
  client.Send(
      "PUT /hello HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 9\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nConnection: close\r\n")));
}

TEST(HttpServerTest, ListenersHaveRoutesOfTheirOwnAndShareTheThreadNamedHttp) {
  const HttpRoute thread = {"/thread", [](const HttpRequest&) {
                              std::array<char, 16> name{};
                              pthread_getname_np(pthread_self(), name.data(), name.size());
                              HttpResponse response;
                              response.body = base::StrCat(name.data(), " ", gettid());
                              return response;
                            }};
  std::vector<HttpListen> listeners;
  listeners.push_back({"127.0.0.1", 0, {thread, Route("/metrics", "m")}});
  listeners.push_back({"127.0.0.1", 0, {thread, Route("/healthz", "ok")}});
  const auto server = HttpServer::Start({}, std::move(listeners));
  ASSERT_TRUE(server.ok()) << server.status();
  Client metrics = Client::To((*server)->port(0));
  Client probes = Client::To((*server)->port(1));
  EXPECT_THAT(metrics.Ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(probes.Ask("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  const auto body = [](const std::string& response) {
    return response.substr(response.find("\r\n\r\n") + 4);
  };
  const std::string one = body(metrics.Ask("GET /thread HTTP/1.1\r\nHost: h\r\n\r\n"));
  const std::string two = body(probes.Ask("GET /thread HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(one, StartsWith("http "));
  EXPECT_EQ(one, two);
}

TEST(HttpServerTest, WithoutAnAddressIpv4AndIpv6AreServed) {
  std::vector<HttpListen> listeners;
  listeners.push_back({"", 0, {Route("/hello", "hello\n")}});
  const auto server = HttpServer::Start({}, std::move(listeners));
  ASSERT_TRUE(server.ok()) << server.status();
  Client four;
  ASSERT_TRUE(four.Connect((*server)->port(0)));
  EXPECT_THAT(four.Ask(kGet), StartsWith("HTTP/1.1 200 "));
  Client six(AF_INET6);
  if (!six.Connect((*server)->port(0))) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_THAT(six.Ask(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServerTest, APortInUseIsAnErrorThatNamesAddressAndPort) {
  const auto server = StartHello();
  const uint16_t port = server->port(0);
  std::vector<HttpListen> same;
  same.push_back({"127.0.0.1", port, {}});
  EXPECT_EQ(HttpServer::Start({}, std::move(same)).status().ToString(),
            base::StrCat("ALREADY_EXISTS: cannot listen on 127.0.0.1:", port,
                         ": Address already in use"));
  std::vector<HttpListen> any;
  any.push_back({"", port, {}});
  EXPECT_THAT(HttpServer::Start({}, std::move(any)).status().ToString(),
              HasSubstr(base::StrCat(":", port, ": Address already in use")));
}

TEST(HttpServerTest, WhatIsNoAddressIsAnInvalidArgument) {
  std::vector<HttpListen> listeners;
  listeners.push_back({"localhost", 0, {}});
  const absl::Status status = HttpServer::Start({}, std::move(listeners)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(base::Message(status)), HasSubstr("\"localhost\""));
}

TEST(HttpServerTest, AServerThatCannotHaveAllItsPortsHoldsNone) {
  const auto server = StartHello();
  uint16_t free_port = 0;
  {
    const auto other = StartHello();
    free_port = other->port(0);
  }
  std::vector<HttpListen> listeners;
  listeners.push_back({"127.0.0.1", free_port, {}});
  listeners.push_back({"127.0.0.1", server->port(0), {}});
  EXPECT_FALSE(HttpServer::Start({}, std::move(listeners)).ok());
  Client client;
  EXPECT_FALSE(client.Connect(free_port));
}

TEST(HttpServerTest, StopEndsConnectionsInWhateverStateTheyAre) {
  std::vector<HttpListen> listeners;
  listeners.push_back(
      {"127.0.0.1", 0, {Route("/hello", "hello\n"), Route("/big", std::string(16 << 20, 'x'))}});
  HttpOptions options;
  options.linger_timeout = std::chrono::seconds(60);
  const auto server = HttpServer::Start(options, std::move(listeners));
  ASSERT_TRUE(server.ok()) << server.status();
  const uint16_t port = (*server)->port(0);
  Client fresh = Client::To(port);
  Client idle = Client::To(port);
  idle.Ask(kGet);
  Client header = Client::To(port);
  header.Send("GET /hel");
  Client writing;
  writing.LimitReceiveBuffer();
  writing.Connect(port);
  writing.Send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  Client lingering = Client::To(port);
  lingering.Ask("GET /hello HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(Eventually([&] { return (*server)->Stats().open_connections == 5; }));

  const auto begin = std::chrono::steady_clock::now();
  (*server)->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_EQ((*server)->Stats().open_connections, 0U);
  EXPECT_EQ(fresh.ReadToEnd(), "");
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_EQ(header.ReadToEnd(), "");
  EXPECT_EQ(lingering.ReadToEnd(), "");
  EXPECT_THAT(writing.ReadToEnd(), Not(HasSubstr("(still open)")));
  Client late;
  EXPECT_FALSE(late.Connect(port));
  (*server)->Stop();
}

}  // namespace
}  // namespace gpuscaler::web
