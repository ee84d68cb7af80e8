#include "rpc/server.h"

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "health.grpc.pb.h"
#include "rpc/http2.h"
#include "rpc/socket.h"

namespace gpuscaler::rpc {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Says `state` whenever it differs from what it said last, and again when due.
class StateFeed final : public Feed<HealthCheckResponse> {
 public:
  StateFeed(const std::atomic<int>& state, base::Duration period)
      : state_(state), period_(period) {}

  std::optional<HealthCheckResponse> Next(base::SteadyTime now) override {
    const int state = state_.load();
    if (state == said_ && now < due_) return std::nullopt;
    said_ = state;
    due_ = period_ == base::Duration::max() ? kNever : now + period_;
    HealthCheckResponse response;
    response.set_status(static_cast<HealthCheckResponse::ServingStatus>(state));
    return response;
  }
  base::SteadyTime due() const override { return due_; }

 private:
  const std::atomic<int>& state_;
  const base::Duration period_;
  int said_ = -1;
  base::SteadyTime due_ = kNever;
};

// As HealthFeed: what it says depends on the server's end.
class LastWordFeed final : public Feed<HealthCheckResponse> {
 public:
  // `talks`: says the same over and over until then.
  explicit LastWordFeed(const Server& server, bool talks) : server_(server), talks_(talks) {}

  std::optional<HealthCheckResponse> Next(base::SteadyTime) override {
    const bool draining = server_.draining();
    if (said_ == draining && (draining || !talks_)) return std::nullopt;
    said_ = draining;
    HealthCheckResponse response;
    response.set_status(draining ? HealthCheckResponse::NOT_SERVING : HealthCheckResponse::SERVING);
    return response;
  }

 private:
  const Server& server_;
  const bool talks_;
  std::optional<bool> said_;
};

class ServerTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    options.address = "127.0.0.1";
    server_ = std::make_unique<Server>(options);
    const std::string_view service = Health::service_full_name();
    server_->AddUnary<HealthCheckRequest, HealthCheckResponse>(
        service, "Check",
        [](const HealthCheckRequest& request) -> absl::StatusOr<HealthCheckResponse> {
          if (request.service() == "bad") return absl::NotFoundError("no such one");
          HealthCheckResponse response;
          response.set_status(HealthCheckResponse::SERVING);
          return response;
        });
    server_->AddServerStream<HealthCheckRequest, HealthCheckResponse>(
        service, "Watch",
        [this](const HealthCheckRequest& request)
            -> absl::StatusOr<std::unique_ptr<Feed<HealthCheckResponse>>> {
          if (request.service() == "bad") return absl::InvalidArgumentError("bad service");
          if (request.service() == "last word" || request.service() == "talk") {
            return std::make_unique<LastWordFeed>(*server_, request.service() == "talk");
          }
          return std::make_unique<StateFeed>(state_, heartbeat_);
        });
    // A client that streams, of a method that is not in the service's proto.
    server_->AddExchange<HealthCheckRequest, HealthCheckResponse>(
        service, "Exchange", [](const HealthCheckRequest& request) {
          HealthCheckResponse response;
          if (request.service() == "up") response.set_status(HealthCheckResponse::SERVING);
          return response;
        });
    // Waits until `state_` is 2, of a method that is not in the service's proto either.
    server_->AddPatientUnary<HealthCheckRequest, HealthCheckResponse>(
        service, "Wait",
        [this](const HealthCheckRequest& request,
               bool may_wait) -> std::optional<absl::StatusOr<HealthCheckResponse>> {
          HealthCheckResponse response;
          if (state_ == 2) {
            response.set_status(HealthCheckResponse::NOT_SERVING);
          } else if (request.service() == "in vain" && !may_wait) {
            return absl::UnavailableError("nothing came");
          } else if (may_wait) {
            ++asked_to_wait_;
            return std::nullopt;
          }
          return response;
        });
    ASSERT_TRUE(server_->Start([this](base::SteadyTime) { ++wakes_; }).ok());
  }

  // Over a connection of its own.
  std::shared_ptr<grpc::Channel> NewChannel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(base::StrCat("127.0.0.1:", server_->port()),
                                     grpc::InsecureChannelCredentials(), arguments);
  }
  std::unique_ptr<Health::Stub> NewStub() { return Health::NewStub(NewChannel()); }

  static grpc::Status Check(Health::Stub& stub, const std::string& service) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(20));
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    return stub.Check(&context, request, &response);
  }

  // Calls Wait, and answers once that has ended.
  static std::pair<grpc::Status, int> Wait(const std::shared_ptr<grpc::Channel>& channel,
                                           const std::string& service) {
    grpc::internal::RpcMethod method("/grpc.health.v1.Health/Wait",
                                     grpc::internal::RpcMethod::NORMAL_RPC, channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(20));
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall(channel.get(), method, &context, request, &response);
    return {status, response.status()};
  }

  int64_t OpenStreams() const { return server_->stats()[1].open_streams.load(); }

  // One open Watch.
  struct Watching {
    Watching(Health::Stub& stub, const std::string& service = "") {
      HealthCheckRequest request;
      request.set_service(service);
      reader = stub.Watch(&context, request);
    }
    int Read() {
      HealthCheckResponse response;
      return reader->Read(&response) ? static_cast<int>(response.status()) : -1;
    }
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader;
  };

  std::atomic<int> state_{1};
  std::atomic<int> wakes_{0};
  std::atomic<int> asked_to_wait_{0};
  base::Duration heartbeat_ = base::Duration::max();
  std::unique_ptr<Server> server_;
};

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
  // Of two that come together one waits; a second time, for then there is room again.
  for (int round = 0; round < 2; ++round) {
    const base::SteadyTime began = base::Now();
    std::vector<std::future<base::Duration>> calls;
    for (int i = 0; i < 2; ++i) {
      calls.push_back(std::async(std::launch::async, [this, began] {
        EXPECT_EQ(Wait(NewChannel(), "in vain").first.error_message(), "nothing came");
        return base::Now() - began;
      }));
    }
    const base::Duration one = calls[0].get();
    const base::Duration other = calls[1].get();
    EXPECT_LT(std::min(one, other), kLongestWait);
    EXPECT_GE(std::max(one, other), kLongestWait);
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

constexpr std::string_view kWatch = "/grpc.health.v1.Health/Watch";

std::string WatchCalls(int calls) {
  std::string bytes(kHttp2Preface);
  bytes += Http2Settings();
  for (int i = 0; i < calls; ++i) {
    const auto stream = static_cast<uint32_t>(2 * i + 1);
    bytes += Http2Call(stream, kWatch) + Http2EmptyRequest(stream);
  }
  return bytes;
}

// One that reads nothing, and whose streams always have something to say.
TEST_F(ServerTest, AClientThatHoldsAllStreamsMakesRoomForAnother) {
  heartbeat_ = base::Duration::zero();
  ServerOptions options;
  options.max_streams = 20;
  Start(options);
  const base::Descriptor greedy = Connect(server_->port(), 66);
  const std::string calls = WatchCalls(25);
  ASSERT_EQ(send(greedy.get(), calls.data(), calls.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(calls.size()));
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
  ASSERT_EQ(send(socket.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(garbage.size()));
  EXPECT_TRUE(IsClosedByPeer(socket));
  EXPECT_TRUE(Check(*stub, "").ok());
}

constexpr std::string_view kCheck = "/grpc.health.v1.Health/Check";

bool Send(const base::Descriptor& socket, const std::string& bytes) {
  return send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

// `calls` calls whose request never comes.
std::string HalfOpenCalls(int calls) {
  std::string bytes(kHttp2Preface);
  bytes += Http2Settings();
  for (int i = 0; i < calls; ++i) bytes += Http2Call(static_cast<uint32_t>(2 * i + 1), kCheck);
  return bytes;
}

// Reads until `text` has come; false: the connection ended before.
bool ReceiveUntil(const base::Descriptor& socket, std::string_view text) {
  std::string received;
  while (received.find(text) == std::string::npos) {
    char buffer[4096];
    const ssize_t got = recv(socket.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    received.append(buffer, static_cast<size_t>(got));
  }
  return true;
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
