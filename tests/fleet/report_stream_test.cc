// What a gateway's report port does with what it hears, over TCP.
#include "fleet/report_stream.h"

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>

#include "await.h"
#include "base/strings.h"
#include "fleet/gateway.h"
#include "fleet/nodes.h"
#include "fleet/report_method.h"
#include "rpc/message.h"

namespace gpuscaler::fleet {
namespace {

using grpc::StatusCode;
using telemetry::v1::NodeReport;
using telemetry::v1::ReportControl;

// One stream of a client that says whatever a test wants.
class Client {
 public:
  explicit Client(uint16_t port, const std::string& method = kReportMethod)
      : stub_(grpc::CreateChannel(base::StrCat("127.0.0.1:", port),
                                  grpc::InsecureChannelCredentials())) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    stream_ = stub_.PrepareCall(&context_, base::StrCat("/", kFleetService, "/", method), &queue_);
    stream_->StartCall(this);
    Next();
  }
  ~Client() {
    if (!finished_) {
      context_.TryCancel();
      Finish();
    }
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) continue;
  }

  bool Say(const grpc::ByteBuffer& bytes) {
    stream_->Write(bytes, this);
    return Next();
  }
  bool Say(const NodeReport& report) { return Say(rpc::WriteMessage(report)); }
  // Empty: the stream has ended.
  std::optional<ReportControl> Hear() {
    grpc::ByteBuffer bytes;
    stream_->Read(&bytes, this);
    if (!Next()) return std::nullopt;
    auto control = rpc::ReadMessage<ReportControl>(bytes);
    return control.ok() ? std::optional(*control) : std::nullopt;
  }
  // How it ended, once it has.
  grpc::Status End() {
    while (Hear()) continue;
    return Finish();
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }
  grpc::Status Finish() {
    grpc::Status status;
    stream_->Finish(&status, this);
    Next();
    finished_ = true;
    return status;
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  bool finished_ = false;
};

class ReportStreamTest : public testing::Test {
 protected:
  // A node that reports well, whatever else happens.
  void SetUp() override {
    good_ = std::make_unique<Client>(gateway_.port());
    ASSERT_TRUE(good_->Say(FirstReport(MakeNode("good", {42}))));
    ASSERT_TRUE(Await([this] { return gateway_.Utilization("good") == 42; }));
  }
  void TearDown() override {
    NodeReport later = FirstReport(MakeNode("good", {43}));
    later.clear_hello();
    ASSERT_TRUE(good_->Say(later));
    EXPECT_TRUE(Await([this] { return gateway_.Utilization("good") == 43; }));
  }
  // Opens a stream, says `report`, and expects this end.
  void ExpectRefused(const NodeReport& report, StatusCode code, const std::string& why) {
    Client client(gateway_.port());
    client.Say(report);
    const grpc::Status status = client.End();
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_THAT(status.error_message(), testing::HasSubstr(why));
  }

  TestGateway gateway_;
  std::unique_ptr<Client> good_;
};

TEST_F(ReportStreamTest, TellsTheNodeHowOftenAndWhichGpusAreHot) {
  auto control = good_->Hear();
  ASSERT_TRUE(control.has_value());
  EXPECT_EQ(control->interval_ms(), 200u);
  EXPECT_EQ(control->hot_gpu_uuids_size(), 0);
  HotWait wait(gateway_.hot());
  wait.For({{"good", "good-0"}, {"other", "other-0"}});
  control = good_->Hear();
  ASSERT_TRUE(control.has_value());
  ASSERT_EQ(control->hot_gpu_uuids_size(), 1);
  EXPECT_EQ(control->hot_gpu_uuids(0), "good-0");
  wait.Rest();
  control = good_->Hear();
  ASSERT_TRUE(control.has_value());
  EXPECT_EQ(control->hot_gpu_uuids_size(), 0);
}

TEST_F(ReportStreamTest, WhatCannotBeTrueEndsItsOwnStreamOnly) {
  NodeReport bad = FirstReport(MakeNode("bad", {10}));
  bad.mutable_readings(0)->set_values(0, std::numeric_limits<double>::quiet_NaN());
  ExpectRefused(bad, StatusCode::INVALID_ARGUMENT, "nan");
  EXPECT_EQ(gateway_.Utilization("bad"), std::nullopt);
  EXPECT_EQ(gateway_.collector().stats().bad_reports, 1u);
  ExpectRefused(NodeReport(), StatusCode::INVALID_ARGUMENT, "hello.node has 0 bytes");
  Client garbage(gateway_.port());
  const grpc::Slice slice("\xff\xff no message");
  garbage.Say(grpc::ByteBuffer(&slice, 1));
  EXPECT_EQ(garbage.End().error_code(), StatusCode::INVALID_ARGUMENT);
  Client twice(gateway_.port());
  const NodeReport hello = FirstReport(MakeNode("twice", {10}));
  twice.Say(hello);
  twice.Say(hello);
  EXPECT_THAT(twice.End().error_message(), testing::HasSubstr("first report alone"));
  // The node may come back and say better.
  Client again(gateway_.port());
  again.Say(FirstReport(MakeNode("bad", {11})));
  EXPECT_TRUE(Await([this] { return gateway_.Utilization("bad") == 11; }));
}

TEST_F(ReportStreamTest, AnotherNodesNameIsRefused) {
  ExpectRefused(FirstReport(MakeNode("good", {0})), StatusCode::ALREADY_EXISTS,
                "node good reports already, from ipv4:127.0.0.1:");
  EXPECT_EQ(gateway_.Utilization("good"), 42);
}

TEST_F(ReportStreamTest, AReportBeyondTheLargestEndsItsOwnStreamOnly) {
  NodeReport large = FirstReport(MakeNode("large", {10}));
  large.mutable_hello()->set_version(std::string(2 << 20, 'x'));
  ExpectRefused(large, StatusCode::INVALID_ARGUMENT, "bytes; allowed are at most 1048576");
  EXPECT_EQ(gateway_.collector().stats().bad_reports, 1u);
  EXPECT_TRUE(Await([this] { return gateway_.open_streams() == 1; }));
  EXPECT_EQ(gateway_.collector().stats().broken_streams, 0u);
  NodeReport huge = FirstReport(MakeNode("huge", {10}));
  huge.mutable_hello()->set_version(std::string(100 << 20, 'x'));
  ExpectRefused(huge, StatusCode::RESOURCE_EXHAUSTED, "larger than max");
  EXPECT_TRUE(Await([this] { return gateway_.collector().stats().broken_streams == 1; }));
}

TEST_F(ReportStreamTest, NothingButReportsIsServed) {
  for (const char* method : {"IsActive", "ServerReflectionInfo"}) {
    Client client(gateway_.port(), method);
    EXPECT_EQ(client.End().error_code(), StatusCode::UNIMPLEMENTED);
  }
}

TEST_F(ReportStreamTest, MoreReportsThanANodeMaySendAreNotRead) {
  Client flood(gateway_.port());
  NodeReport report = FirstReport(MakeNode("flood", {10}));
  const auto started = base::Now();
  const uint64_t before = gateway_.collector().stats().reports;
  // What is not read fills the connection, and then the client waits.
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(flood.Say(report));
    report.clear_hello();
  }
  EXPECT_TRUE(Await([&] { return gateway_.collector().stats().reports >= before + 60; }));
  EXPECT_GT(base::Now() - started, std::chrono::milliseconds(1700))
      << "20 at once, then 22 a second";
  EXPECT_EQ(gateway_.collector().stats().hasty_streams, 0u) << "a burst is none";
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(flood.Say(report));
  EXPECT_TRUE(Await([&] { return gateway_.collector().stats().hasty_streams >= 1; }));
}

TEST_F(ReportStreamTest, AStreamThatEndsIsNoStreamAnyMore) {
  {
    Client client(gateway_.port());
    client.Say(FirstReport(MakeNode("a", {1})));
    EXPECT_TRUE(Await([this] { return gateway_.collector().stats().streams == 2; }));
  }
  EXPECT_TRUE(Await([this] { return gateway_.collector().stats().streams == 1; }));
  EXPECT_EQ(gateway_.collector().stats().nodes, 2u) << "and what it said stays, and ages";
  EXPECT_TRUE(Await([this] { return gateway_.collector().stats().broken_streams == 1; }));
}

}  // namespace
}  // namespace gpuscaler::fleet
