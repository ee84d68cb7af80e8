// The end of a server, as its clients see it.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "rpc/health_server.h"
#include "rpc/raw_calls.h"

namespace gpuscaler::rpc {
namespace {

TEST_F(ServerTest, AServerThatShutsDownWaitsASecondForARequest) {
  Start();
  base::Descriptor socket = Connect(server_->port());
  ASSERT_TRUE(Send(socket, HalfOpenCalls(100)));
  Await([this] { return server_->stats()[0].requests.load() == 100; });
  std::thread shutdown([this] { server_->Shutdown(seconds(60)); });
  EXPECT_TRUE(ReceiveUntil(socket, "waited 1s for the client to send its request"));
  socket = base::Descriptor();  // or gRPC would wait the whole grace for it to say good-bye
  shutdown.join();
}

TEST_F(ServerTest, ShutdownEndsStreamsWithOk) {
  Start();
  const auto stub = NewStub();
  Watching watching(*stub);
  EXPECT_EQ(watching.Read(), 1);
  const auto started = base::Now();
  server_->Shutdown(seconds(20));
  EXPECT_LT(base::Now() - started, seconds(10)) << "the grace must not be waited for";
  EXPECT_EQ(watching.Read(), -1);
  EXPECT_TRUE(watching.reader->Finish().ok());
  EXPECT_EQ(server_->gate().accepted(), 1u) << "the counters outlive the shutdown";
}

TEST_F(ServerTest, AStreamIsAskedOnceMoreBeforeItEnds) {
  Start();
  const auto stub = NewStub();
  Watching watching(*stub, "last word");
  EXPECT_EQ(watching.Read(), HealthCheckResponse::SERVING);
  std::thread shutdown([this] { server_->Shutdown(seconds(20)); });
  EXPECT_EQ(watching.Read(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(watching.Read(), -1);
  EXPECT_TRUE(watching.reader->Finish().ok());
  shutdown.join();
}

TEST_F(ServerTest, AStreamThatWritesIsAskedOnceMoreBeforeItEnds) {
  Start();
  const auto stub = NewStub();
  Watching talk(*stub, "talk");
  EXPECT_EQ(talk.Read(), HealthCheckResponse::SERVING);
  // Nobody reads: flow control fills, and the end finds a write under way.
  const auto other = NewStub();
  Watching quiet(*other);
  EXPECT_EQ(quiet.Read(), 1);
  std::thread shutdown([this] { server_->Shutdown(seconds(20)); });
  EXPECT_EQ(quiet.Read(), -1);
  int last = HealthCheckResponse::UNKNOWN;
  for (int status = 0; (status = talk.Read()) != -1;) last = status;
  EXPECT_EQ(last, HealthCheckResponse::NOT_SERVING);
  EXPECT_TRUE(talk.reader->Finish().ok());
  shutdown.join();
}

TEST_F(ServerTest, CallsThatComeWhileTheServerShutsDownAreAnswered) {
  Start();
  const auto stub = NewStub();
  ASSERT_TRUE(Check(*stub, "").ok());
  std::thread shutdown([this] { server_->Shutdown(seconds(20)); });
  Await([this] { return server_->draining(); });
  for (int i = 0; i < 10; ++i) {
    const grpc::Status status = Check(*stub, "");
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  shutdown.join();
  EXPECT_EQ(Check(*stub, "").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerTest, ClientsThatNeverFallSilentDoNotKeepAServerThatShutsDown) {
  Start();
  const auto channel = NewChannel();
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&channel] {
      const auto stub = Health::NewStub(channel);
      grpc::Status status;
      while (status.ok()) status = Check(*stub, "");
      // One that could not be answered any more may be tried again.
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
    });
  }
  Await([this] { return server_->stats()[0].requests.load() > 200; });
  const auto started = base::Now();
  server_->Shutdown(seconds(20));
  EXPECT_LT(base::Now() - started, seconds(10)) << "the grace must not be waited for";
  for (std::thread& client : clients) client.join();
}

TEST_F(ServerTest, ShutdownDoesNotWaitForAClientThatNeverReads) {
  heartbeat_ = base::Duration::zero();  // a message whenever the last one is out
  Start();
  const auto stub = NewStub();
  Watching watching(*stub);
  EXPECT_EQ(watching.Read(), 1);
  // From here on the client does not read: flow control fills, a write hangs.
  const auto started = base::Now();
  server_->Shutdown(milliseconds(300));
  EXPECT_LT(base::Now() - started, seconds(10));
}

TEST_F(ServerTest, ShutdownUnderLoadNeitherAbortsNorHangs) {
  for (int round = 0; round < 8; ++round) {
    Start();
    std::atomic<bool> stop{false};
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([this, &stop, &answered] {
        const auto stub = NewStub();
        while (!stop) {
          Watching watching(*stub);
          watching.Read();
          const grpc::Status status = Check(*stub, "");
          if (status.ok()) ++answered;
          watching.context.TryCancel();
          if (!status.ok()) {
            EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
            return;
          }
        }
      });
    }
    Await([&answered] { return answered.load() > 50; });
    std::thread waker([this, &stop] {
      while (!stop) server_->Wake();
    });
    server_->Shutdown(seconds(5));
    stop = true;
    waker.join();
    for (std::thread& client : clients) client.join();
  }
}

TEST_F(ServerTest, ACallThatWaitsIsAnsweredWhenTheServerShutsDownAndForgottenWhenItsClientGoes) {
  Start();
  {
    const auto channel = NewChannel();
    grpc::internal::RpcMethod method("/grpc.health.v1.Health/Wait",
                                     grpc::internal::RpcMethod::NORMAL_RPC, channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + milliseconds(100));
    HealthCheckResponse response;
    EXPECT_EQ(grpc::internal::BlockingUnaryCall(channel.get(), method, &context,
                                                HealthCheckRequest(), &response)
                  .error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  asked_to_wait_ = 0;
  auto waiting = std::async([this] { return Wait(NewChannel(), ""); });
  Await([this] { return asked_to_wait_ > 0; });
  server_->Shutdown(seconds(20));
  EXPECT_TRUE(waiting.get().first.ok());
}

}  // namespace
}  // namespace gpuscaler::rpc
