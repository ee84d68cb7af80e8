#include "rpc/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "rpc/health_server.h"

namespace gpuscaler::rpc {
namespace {

TEST_F(ServerTest, AnswersUnaryCallsAndPassesErrorsOn) {
  Start();
  const auto stub = NewStub();
  EXPECT_TRUE(Check(*stub, "").ok());
  const grpc::Status bad = Check(*stub, "bad");
  EXPECT_EQ(bad.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(bad.error_message(), "no such one");
  EXPECT_EQ(server_->stats()[0].requests.load(), 2u);
  EXPECT_EQ(server_->stats()[0].errors.load(), 1u);
}

TEST_F(ServerTest, ACallWaitsForItsAnswerWhileOthersAreAnswered) {
  Start();
  auto waiting = std::async([this] { return Wait(NewChannel(), ""); });
  Await([this] { return asked_to_wait_ > 0; });
  EXPECT_TRUE(Check(*NewStub(), "").ok());
  state_ = 2;
  server_->Wake();
  const auto [status, answer] = waiting.get();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer, HealthCheckResponse::NOT_SERVING);
}

TEST_F(ServerTest, ACallThatHasWaitedForASecondGetsWhatThereIs) {
  Start();
  const auto began = base::Now();
  EXPECT_TRUE(Wait(NewChannel(), "").first.ok());
  EXPECT_GE(base::Now() - began, kLongestWait);
  const auto [status, answer] = Wait(NewChannel(), "in vain");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "nothing came");
}

TEST_F(ServerTest, AboveTheLimitOfPatientCallsOneIsAnsweredAsIfItHadWaited) {
  ServerOptions options;
  options.max_patient_calls = 1;
  Start(options);
  // Whether a second call ended while the first waited on. A machine that stands still for a second
  // may hide it.
  const auto is_answered_at_once = [this] {
    asked_to_wait_ = 0;
    state_ = 1;
    auto waiting = std::async(std::launch::async, [this] { return Wait(NewChannel(), ""); });
    EXPECT_TRUE(Await([this] { return asked_to_wait_ > 0; }));
    EXPECT_EQ(Wait(NewChannel(), "in vain").first.error_message(), "nothing came");
    const bool waits = waiting.wait_for(seconds(0)) == std::future_status::timeout;
    state_ = 2;
    server_->Wake();
    EXPECT_TRUE(waiting.get().first.ok());
    return waits;
  };
  int at_once = 0;
  for (int round = 0; round < 5; ++round) at_once += is_answered_at_once() ? 1 : 0;
  EXPECT_GE(at_once, 2) << "once it is over there is room again";
}

TEST_F(ServerTest, AStreamGetsTheStateAtOnceAndEachChange) {
  Start();
  const auto stub = NewStub();
  Watching watching(*stub);
  EXPECT_EQ(watching.Read(), 1);
  for (const int state : {2, 1, 2, 3}) {
    state_ = state;
    server_->Wake();
    EXPECT_EQ(watching.Read(), state);
  }
  EXPECT_GE(wakes_.load(), 4);
}

TEST_F(ServerTest, AStreamIsAskedWhenItIsDueThoughNothingWakesIt) {
  heartbeat_ = milliseconds(5);
  Start();
  const auto stub = NewStub();
  Watching first(*stub);
  Watching second(*stub);  // another one's due time must not be lost
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(first.Read(), 1);
    EXPECT_EQ(second.Read(), 1);
  }
  EXPECT_EQ(wakes_.load(), 0);
}

TEST_F(ServerTest, AnErrorEndsAStreamBeforeAnyMessage) {
  Start();
  const auto stub = NewStub();
  Watching watching(*stub, "bad");
  EXPECT_EQ(watching.Read(), -1);
  EXPECT_EQ(watching.reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  Await([this] { return OpenStreams() == 0; });
}

TEST_F(ServerTest, AnExchangeAnswersEachRequestInOrderAndEndsWithItsClient) {
  Start();
  grpc::GenericStub stub(NewChannel());
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return ok;
  };
  const auto stream = stub.PrepareCall(&context, "/grpc.health.v1.Health/Exchange", &queue);
  stream->StartCall(nullptr);
  ASSERT_TRUE(await());
  for (const std::string service : {"up", "down", "up"}) {
    HealthCheckRequest request;
    request.set_service(service);
    stream->Write(WriteMessage(request), nullptr);
    ASSERT_TRUE(await());
    grpc::ByteBuffer bytes;
    stream->Read(&bytes, nullptr);
    ASSERT_TRUE(await());
    EXPECT_EQ(ReadMessage<HealthCheckResponse>(bytes)->status(),
              service == "up" ? HealthCheckResponse::SERVING : HealthCheckResponse::UNKNOWN);
  }
  EXPECT_EQ(server_->stats()[2].open_streams.load(), 1);
  stream->WritesDone(nullptr);
  ASSERT_TRUE(await());
  grpc::Status status;
  stream->Finish(&status, nullptr);
  ASSERT_TRUE(await());
  EXPECT_TRUE(status.ok()) << status.error_message();
  Await([this] { return server_->stats()[2].open_streams.load() == 0; });
  queue.Shutdown();
  EXPECT_FALSE(await());
}

TEST_F(ServerTest, APortInUseIsAnError) {
  Start();
  ServerOptions options;
  options.address = "127.0.0.1";
  options.port = server_->port();
  Server second(options);
  EXPECT_EQ(second.Start({}).code(), absl::StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace gpuscaler::rpc
