// What the server does about clients that are slow, greedy or malformed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <list>

#include "web/client.h"
#include "web/http_server.h"

namespace gpuscaler::web {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGet = "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kGetBig = "GET /big HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr milliseconds kShort{100};

// /ok, and /big, whose body no socket buffer holds.
std::unique_ptr<HttpServer> StartServer(const HttpOptions& options) {
  const auto body = [](std::string text) {
    return [text = std::move(text)](const HttpRequest&) {
      HttpResponse response;
      response.body = text;
      return response;
    };
  };
  std::vector<HttpListen> listeners;
  listeners.push_back(
      {"127.0.0.1", 0, {{"/ok", body("ok\n")}, {"/big", body(std::string(16 << 20, 'x'))}}});
  auto server = HttpServer::Start(options, std::move(listeners));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

std::string Ask(const HttpServer& server, std::string_view request) {
  Client client = Client::To(server.port(0));
  client.Send(request);
  return client.ReadToEnd();
}

// A request for /ok whose header is `size` bytes, padded by many short fields.
std::string RequestOfSize(size_t size) {
  std::string request = "GET /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
  while (request.size() + 102 < size) request += "X: " + std::string(47, 'x') + "\r\n";
  request += "Y: " + std::string(size - request.size() - 7, 'y') + "\r\n\r\n";
  EXPECT_EQ(request.size(), size);
  return request;
}

TEST(HttpLimitsTest, AHeaderAtTheLimitIsServedAndALargerOneIsA431) {
  const auto server = StartServer({});
  EXPECT_THAT(Ask(*server, RequestOfSize(8192)), StartsWith("HTTP/1.1 200 "));
  for (const size_t size : {8193UL, 8300UL, 20000UL}) {
    EXPECT_THAT(Ask(*server, RequestOfSize(size)),
                AllOf(StartsWith("HTTP/1.1 431 "), HasSubstr("\r\nConnection: close\r\n")))
        << size;
  }
  // Nor are they let in one by one.
  Client slow = Client::To(server->port(0));
  slow.Send("GET /ok HTTP/1.1\r\nHost: h\r\n");
  EXPECT_TRUE(Eventually([&] {
    slow.Send("X: " + std::string(95, 'x') + "\r\n");
    return slow.HasUnread();
  }));
  EXPECT_THAT(slow.ReadResponse(), StartsWith("HTTP/1.1 431 "));
  // One endless line is no different.
  EXPECT_THAT(Ask(*server, "GET /" + std::string(9000, 'a')), StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(server->Stats().rejected, 5U);
}

TEST(HttpLimitsTest, ABodyAtTheLimitIsReadAndALargerOneIsA413) {
  const auto server = StartServer({});
  const std::string post = "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: ";
  Client client = Client::To(server->port(0));
  EXPECT_THAT(client.Ask(post + "65536\r\n\r\n" + std::string(65536, 'b')),
              StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(client.Ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask(*server, post + "65537\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("\r\nConnection: close\r\n")));
  EXPECT_THAT(Ask(*server, post + "99999999999999999999999\r\n\r\n"), StartsWith("HTTP/1.1 4"));
  std::string chunks = "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 5; ++i) chunks += "4000\r\n" + std::string(0x4000, 'c') + "\r\n";
  EXPECT_THAT(Ask(*server, chunks), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpLimitsTest, WhatIsNotHttpIsA400AndTheEndOfTheConnection) {
  const auto server = StartServer({});
  const std::string with_host = "GET /ok HTTP/1.1\r\nHost: h\r\n";
  const std::string malformed[] = {
      "garbage\r\n\r\n",
      "\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03 hello of TLS\r\n\r\n",
      std::string(100, '\0') + "\r\n\r\n",
      "GET  /ok HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /ok\r\nHost: h\r\n\r\n",
      "GET /ok HTTP/1.1\r\n\r\n",
      with_host + "Host: g\r\n\r\n",
      with_host + "Bad Name: x\r\n\r\n",
      with_host + "Content-Length: -1\r\n\r\n",
      with_host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
      with_host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      with_host + "Transfer-Encoding: chunked\r\n\r\nnothex\r\n",
  };
  for (const std::string& request : malformed) {
    EXPECT_THAT(Ask(*server, request),
                AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("\r\nConnection: close\r\n")))
        << request;
  }
  EXPECT_EQ(server->Stats().rejected, 12U);
  EXPECT_THAT(Ask(*server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(Ask(*server, with_host + "Expect: miracles\r\n\r\n"), StartsWith("HTTP/1.1 417 "));
  EXPECT_THAT(Client::To(server->port(0)).Ask(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpLimitsTest, AClientThatSendsNothingIsClosedInTime) {
  HttpOptions options;
  options.request_timeout = kShort;
  const auto server = StartServer(options);
  EXPECT_EQ(Ask(*server, ""), "");
  EXPECT_EQ(server->Stats().timed_out, 1U);
}

TEST(HttpLimitsTest, AHeaderThatDripsIsClosedInTimeHoweverSteadily) {
  HttpOptions options;
  options.request_timeout = kShort;
  const auto server = StartServer(options);
  Client client = Client::To(server->port(0));
  client.Send("GET /ok HTTP/1.1\r\nHost: h\r\nX: ");
  EXPECT_TRUE(Eventually([&] {
    client.Send("x");
    return client.IsClosed();
  }));
  EXPECT_EQ(server->Stats().timed_out, 1U);
}

TEST(HttpLimitsTest, ABodyThatDoesNotComeIsClosedInTime) {
  HttpOptions options;
  options.request_timeout = kShort;
  const auto server = StartServer(options);
  EXPECT_EQ(Ask(*server, "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf"), "");
  EXPECT_EQ(server->Stats().timed_out, 1U);
}

TEST(HttpLimitsTest, AnIdleConnectionIsClosedInTimeWhichIsNoFault) {
  HttpOptions options;
  options.idle_timeout = kShort;
  const auto server = StartServer(options);
  EXPECT_THAT(Ask(*server, kGet), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("ok\n")));
  EXPECT_TRUE(Eventually([&] { return server->Stats().open_connections == 0; }));
  EXPECT_EQ(server->Stats().timed_out, 0U);
}

TEST(HttpLimitsTest, TheSecondRequestHasItsOwnTimeLimitFromItsFirstByte) {
  HttpOptions options;
  options.request_timeout = kShort;
  options.idle_timeout = std::chrono::seconds(60);
  const auto server = StartServer(options);
  Client client = Client::To(server->port(0));
  EXPECT_THAT(client.Ask(kGet), StartsWith("HTTP/1.1 200 "));
  // Idling longer than a request may take is all right.
  std::this_thread::sleep_for(3 * kShort);
  EXPECT_THAT(client.Ask(kGet), StartsWith("HTTP/1.1 200 "));
  client.Send("GET");
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_EQ(server->Stats().timed_out, 1U);
}

TEST(HttpLimitsTest, AClientThatNeverReadsIsClosedInTime) {
  HttpOptions options;
  options.write_timeout = kShort;
  const auto server = StartServer(options);
  Client client;
  client.LimitReceiveBuffer();
  ASSERT_TRUE(client.Connect(server->port(0)));
  client.Send(kGetBig);
  ASSERT_TRUE(Eventually([&] { return client.HasUnread(); }));
  EXPECT_TRUE(Eventually([&] { return server->Stats().open_connections == 0; }));
  EXPECT_EQ(server->Stats().timed_out, 1U);
}

TEST(HttpLimitsTest, AClientThatDoesNotCloseAfterTheLastResponseIsClosed) {
  HttpOptions options;
  options.linger_timeout = kShort;
  const auto server = StartServer(options);
  Client client = Client::To(server->port(0));
  EXPECT_THAT(client.Ask("GET /ok HTTP/1.0\r\n\r\n"), EndsWith("ok\n"));
  EXPECT_TRUE(Eventually([&] { return server->Stats().open_connections == 0; }));
  EXPECT_EQ(server->Stats().timed_out, 0U);
}

TEST(HttpLimitsTest, ANewConnectionTakesThePlaceOfTheOneThatWaitedLongest) {
  HttpOptions options;
  options.max_connections = 3;
  const auto server = StartServer(options);
  const auto accepted = [&](uint64_t count) {
    return Eventually([&] { return server->Stats().accepted == count; });
  };
  Client served = Client::To(server->port(0));
  ASSERT_TRUE(accepted(1));
  Client silent = Client::To(server->port(0));
  ASSERT_TRUE(accepted(2));
  Client header = Client::To(server->port(0));
  header.Send("GET /ok HTTP/1.1\r\n");
  ASSERT_TRUE(accepted(3));
  served.Ask(kGet);  // idle since now

  Client probe = Client::To(server->port(0));
  EXPECT_THAT(probe.Ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(silent.ReadToEnd(), "");
  EXPECT_FALSE(header.IsClosed());
  Client next = Client::To(server->port(0));
  EXPECT_THAT(next.Ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(header.ReadToEnd(), "");
  EXPECT_THAT(served.Ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server->Stats().evicted, 2U);
  EXPECT_EQ(server->Stats().open_connections, 3U);
}

TEST(HttpLimitsTest, AResponseUnderWayIsCutOffOnlyWhenAllConnectionsAreSuch) {
  HttpOptions options;
  options.max_connections = 2;
  const auto server = StartServer(options);
  const auto stick = [&](Client& client) {
    client.LimitReceiveBuffer();
    client.Connect(server->port(0));
    client.Send(kGetBig);
    // A byte of the response: the server is writing.
    return Eventually([&] { return client.HasUnread(); });
  };
  Client first;
  ASSERT_TRUE(stick(first));
  Client silent = Client::To(server->port(0));
  Client second;
  ASSERT_TRUE(stick(second));
  EXPECT_EQ(silent.ReadToEnd(), "");
  EXPECT_EQ(server->Stats().evicted, 1U);
  EXPECT_THAT(Client::To(server->port(0)).Ask(kGet), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server->Stats().evicted, 2U);
  EXPECT_LT(first.ReadToEnd().size(), size_t{16 << 20});
  EXPECT_TRUE(second.ReadResponse().ends_with(std::string(100, 'x')));
}

TEST(HttpLimitsTest, HundredsOfSilentConnectionsDoNotKeepAProbeOut) {
  const auto server = StartServer({});
  std::list<Client> crowd;
  for (int i = 0; i < 700; ++i) {
    ASSERT_TRUE(crowd.emplace_back().Connect(server->port(0)));
    if (i % 100 != 0) continue;
    ASSERT_THAT(Client::To(server->port(0)).Ask(kGet), StartsWith("HTTP/1.1 200 ")) << i;
  }
  EXPECT_TRUE(Eventually([&] { return server->Stats().accepted == 707; }));
  EXPECT_LE(server->Stats().open_connections, 256U);
  // The probes' connections may have ended by themselves.
  EXPECT_GE(server->Stats().evicted, 700U - 256U);
}

TEST(HttpLimitsTest, WantOfDescriptorsNeitherStopsTheServerNorMakesItSpin) {
  HttpOptions options;
  options.accept_pause = milliseconds(20);
  const auto server = StartServer(options);
  Client client;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = dup(0);
  ASSERT_GE(lowest_free, 0);
  close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool connected = client.Connect(server->port(0));
  const bool failed = Eventually([&] { return server->Stats().accept_errors >= 4; });
  const auto lasted = std::chrono::steady_clock::now() - begin;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(connected);
  EXPECT_TRUE(failed);
  EXPECT_GE(lasted, 3 * options.accept_pause);
  EXPECT_THAT(client.Ask(kGet), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace gpuscaler::web
