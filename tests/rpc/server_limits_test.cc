// Clients that want too much of a server.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rpc/health_server.h"
#include "rpc/raw_calls.h"

namespace gpuscaler::rpc {
namespace {

TEST_F(ServerTest, StreamsAboveTheBudgetAreRefusedAndUnaryCallsAreNot) {
  ServerOptions options;
  options.max_streams = 2;
  Start(options);
  const auto stub = NewStub();
  Watching first(*stub);
  EXPECT_EQ(first.Read(), 1);
  {
    Watching second(*stub);
    EXPECT_EQ(second.Read(), 1);
    Watching third(*stub);
    EXPECT_EQ(third.Read(), -1);
    EXPECT_EQ(third.reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_TRUE(Check(*stub, "").ok());
    second.context.TryCancel();
    EXPECT_EQ(second.reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  Await([this] { return OpenStreams() == 1; });
  Watching fourth(*stub);
  EXPECT_EQ(fourth.Read(), 1);
}

// One that reads nothing, and whose streams always have something to say.
TEST_F(ServerTest, AClientThatHoldsAllStreamsMakesRoomForAnother) {
  heartbeat_ = base::Duration::zero();
  ServerOptions options;
  options.max_streams = 20;
  Start(options);
  const base::Descriptor greedy = Connect(server_->port(), 66);
  const std::string calls = WatchCalls(25);
  ASSERT_TRUE(Send(greedy, calls));
  Await([this] { return server_->stats()[1].requests.load() == 25; });
  Await([this] { return OpenStreams() == 20; });
  const auto stub = NewStub();
  std::vector<std::unique_ptr<Watching>> honest;
  for (int i = 0; i < 10; ++i) {
    honest.push_back(std::make_unique<Watching>(*stub));
    EXPECT_EQ(honest.back()->Read(), 1) << i;
  }
  EXPECT_EQ(OpenStreams(), 20);
  Watching above(*stub);
  EXPECT_EQ(above.Read(), -1);
  EXPECT_EQ(above.reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  for (const auto& each : honest) EXPECT_EQ(each->Read(), 1);
}

TEST_F(ServerTest, AConnectionWithoutACallIsClosedInTimeAndOneWithAStreamIsNot) {
  ServerOptions options;
  options.most_idle = milliseconds(300);
  Start(options);
  const auto watching_stub = NewStub();
  Watching watching(*watching_stub);
  EXPECT_EQ(watching.Read(), 1);
  const auto idle = NewStub();
  EXPECT_TRUE(Check(*idle, "").ok());
  Await([this] { return server_->gate().open() == 1; });
  std::this_thread::sleep_for(milliseconds(500));
  state_ = 2;
  server_->Wake();
  EXPECT_EQ(watching.Read(), 2) << "on its first connection";
  EXPECT_EQ(server_->gate().accepted(), 2u);
  EXPECT_TRUE(Check(*idle, "").ok()) << "by another connection";
}

TEST_F(ServerTest, ARequestThatIsTooLargeIsRefused) {
  ServerOptions options;
  options.max_request_bytes = 1024;
  Start(options);
  const auto stub = NewStub();
  EXPECT_EQ(Check(*stub, std::string(2000, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Check(*stub, std::string(900, 'x')).ok());
}

TEST_F(ServerTest, GarbageClosesItsOwnConnectionOnly) {
  Start();
  const auto stub = NewStub();
  EXPECT_TRUE(Check(*stub, "").ok());
  const base::Descriptor socket = Connect(server_->port());
  const std::string garbage = "GET / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(4096, '\xff');
  ASSERT_TRUE(Send(socket, garbage));
  EXPECT_TRUE(IsClosedByPeer(socket));
  EXPECT_TRUE(Check(*stub, "").ok());
}

TEST_F(ServerTest, AFloodOfCallsWithoutRequestClosesItsOwnConnectionOnly) {
  Start();
  const auto stub = NewStub();
  Watching watching(*stub);
  EXPECT_EQ(watching.Read(), 1);
  const base::Descriptor few = Connect(server_->port());
  ASSERT_TRUE(Send(few, HalfOpenCalls(20)));
  Await([this] { return server_->stats()[0].requests.load() == 20; });
  const base::Descriptor many = Connect(server_->port());
  ASSERT_TRUE(Send(many, HalfOpenCalls(1000)));
  EXPECT_TRUE(IsClosedByPeer(many));
  EXPECT_EQ(server_->gate().closed(), 1u);
  EXPECT_TRUE(Check(*stub, "").ok());
  state_ = 2;
  server_->Wake();
  EXPECT_EQ(watching.Read(), 2);
  EXPECT_EQ(server_->gate().open(), 2u) << "the one with a few is not disturbed";
}

// As a client does that comes back with all its streams and whose requests flow
// control holds back.
TEST_F(ServerTest, AThousandCallsWhoseRequestsComeLaterAreAllAnswered) {
  Start();
  const base::Descriptor socket = Connect(server_->port());
  constexpr int kCalls = 1000;
  ASSERT_TRUE(Send(socket, HalfOpenCalls(kCalls)));
  Await([this] { return server_->stats()[0].requests.load() == kCalls; });
  std::string requests;
  for (int i = 0; i < kCalls; ++i) requests += Http2EmptyRequest(static_cast<uint32_t>(2 * i + 1));
  ASSERT_TRUE(Send(socket, requests));
  std::string received;
  while (Http2Count(received, 1, 1) < kCalls) {  // headers that end a stream: its status
    char buffer[4096];
    const ssize_t got = recv(socket.get(), buffer, sizeof(buffer), 0);
    ASSERT_GT(got, 0) << Http2Count(received, 1, 1);
    received.append(buffer, static_cast<size_t>(got));
  }
  EXPECT_EQ(server_->gate().closed(), 0u);
  EXPECT_EQ(server_->stats()[0].errors.load(), 0u);
}

TEST_F(ServerTest, CallsAboveTheLimitOfOpenRequestsAreRefusedOneByOne) {
  ServerOptions options;
  options.max_open_requests = 100;
  Start(options);
  const base::Descriptor socket = Connect(server_->port());
  ASSERT_TRUE(Send(socket, HalfOpenCalls(150)));
  EXPECT_TRUE(ReceiveUntil(socket, "too many calls wait for their request"));
  Await([this] { return server_->stats()[0].errors.load() == 50; });
  EXPECT_EQ(server_->gate().closed(), 0u);
}

// One half-open call on each of many connections: whoever has waited longest
// goes, not the one that comes.
TEST_F(ServerTest, AFloodOfOneCallAConnectionHarmsNoHonestCall) {
  ServerOptions options;
  options.max_late_requests = 20;
  Start(options);
  const auto stub = NewStub();
  ASSERT_TRUE(Check(*stub, "").ok());
  std::vector<base::Descriptor> flood;
  for (int i = 0; i < 60; ++i) {
    flood.push_back(Connect(server_->port()));
    ASSERT_TRUE(Send(flood.back(), HalfOpenCalls(1)));
    EXPECT_TRUE(Check(*stub, "").ok());
  }
  Await([this] { return server_->gate().closed() == 40; });
  EXPECT_TRUE(Check(*stub, "").ok());
  EXPECT_EQ(server_->stats()[0].requests.load(), 60u + 62u);
}

TEST_F(ServerTest, ACallWhoseRequestDoesNotComeIsEnded) {
  ServerOptions options;
  options.patience = milliseconds(50);
  Start(options);
  const base::Descriptor socket = Connect(server_->port());
  ASSERT_TRUE(Send(socket, HalfOpenCalls(1)));
  EXPECT_TRUE(ReceiveUntil(socket, "waited 50ms for the client to send its request"));
  EXPECT_EQ(server_->stats()[0].errors.load(), 1u);
}

}  // namespace
}  // namespace gpuscaler::rpc
