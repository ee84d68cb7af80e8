#include "serving/scaler_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "await.h"
#include "decision.grpc.pb.h"
#include "e2e/keda.h"
#include "e2e/matchers.h"
#include "reflection.grpc.pb.h"
#include "reflection_v1alpha.grpc.pb.h"
#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

using absl::StatusCode;
using e2e::FailsWith;
using e2e::Holds;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using std::chrono::seconds;

class ScalerServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ScalerServer::Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.limits.stale_after = seconds(60);
    server_ = std::make_unique<ScalerServer>(options, store_, NodeRole(store_, seconds(60)));
    ASSERT_TRUE(server_->Start().ok());
    keda_ = std::make_unique<e2e::Keda>(server_->port());
  }

  RequestStats Stats(std::string_view method) {
    for (const RequestStats& stats : server_->Requests()) {
      if (stats.method == method) return stats;
    }
    ADD_FAILURE() << method;
    return {};
  }

  telemetry::Store store_;
  std::unique_ptr<ScalerServer> server_;
  std::unique_ptr<e2e::Keda> keda_;
};

TEST_F(ScalerServerTest, AnswersTheUnaryCallsOfTheContract) {
  EXPECT_THAT(keda_->Value({}), FailsWith(StatusCode::kUnavailable, "no data has arrived yet"));
  EXPECT_THAT(keda_->IsActive({}), FailsWith(StatusCode::kUnavailable, ""));
  Publish(store_, {35, 71.5}, base::Now());
  EXPECT_THAT(keda_->Value({}), Holds(71.5));
  EXPECT_THAT(keda_->IsActive({}), Holds(true));
  const auto spec = keda_->Spec({});
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->metricname(), "keda_gpu_metric");
  EXPECT_EQ(spec->targetsizefloat(), 80);
  EXPECT_THAT(keda_->Spec({{"targetValue", "none"}}),
              FailsWith(StatusCode::kInvalidArgument, "targetValue"));

  EXPECT_EQ(Stats("GetMetrics").requests, 2u);
  EXPECT_EQ(Stats("GetMetrics").errors, 1u);
  EXPECT_EQ(Stats("IsActive").requests, 2u);
  EXPECT_EQ(Stats("GetMetricSpec").requests, 2u);
  EXPECT_EQ(Stats("GetMetricSpec").errors, 1u);
  EXPECT_FALSE(Stats("GetMetrics").open_streams.has_value() &&
               *Stats("GetMetrics").open_streams != 0);
}

TEST_F(ScalerServerTest, PushesActivityWithEachSnapshot) {
  const auto stream = keda_->StreamIsActive({{"pollIntervalSeconds", "3600"}});
  Await([&] { return Stats("StreamIsActive").open_streams == 1; });
  for (const double utilization : {0.0, 40.0, 0.0, 0.5}) {
    Publish(store_, {utilization}, base::Now());
    const auto response = stream->Read();
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->result(), utilization > 0);
  }
}

TEST_F(ScalerServerTest, RecordsAWindowBetweenTwoQuestions) {
  const e2e::Metadata windowed = {{"window", "300"}};
  Publish(store_, {10}, base::Now());
  EXPECT_THAT(keda_->Value(windowed), Holds(10));
  // Within a second of the clock each value weighs the same: nobody asks now.
  for (int i = 0; i < 50; ++i) Publish(store_, {90}, base::Now());
  Await([&] {
    const double value = keda_->Value(windowed).value_or(0);
    return value > 45 && value < 90;
  });
}

TEST_F(ScalerServerTest, StreamsTheSpecs) {
  const auto stream = keda_->StreamMetricSpec({{"profile", "training"}});
  const auto specs = stream->Read();
  ASSERT_TRUE(specs.has_value());
  ASSERT_EQ(specs->metricspecs_size(), 1);
  EXPECT_EQ(specs->metricspecs(0).targetsizefloat(), 90);
  Publish(store_, {10}, base::Now());
  EXPECT_EQ(keda_->Health(), "SERVING");
  EXPECT_EQ(Stats("StreamMetricSpec").open_streams, 1);
}

TEST_F(ScalerServerTest, StreamsThatOnlyLookTakeNoPlaceOfOthers) {
  const auto stub = grpc::health::v1::Health::NewStub(keda_->channel());
  std::vector<std::unique_ptr<e2e::Stream<HealthCheckResponse>>> watches;
  int refused = 0;
  for (int i = 0; i < 70; ++i) {
    watches.push_back(std::make_unique<e2e::Stream<HealthCheckResponse>>());
    watches.back()->reader = stub->Watch(&watches.back()->context, HealthCheckRequest());
    if (!watches.back()->Read().has_value()) ++refused;
  }
  EXPECT_EQ(refused, 6);
  Publish(store_, {40}, base::Now());
  EXPECT_TRUE(keda_->StreamIsActive({})->Read().has_value());
}

TEST_F(ScalerServerTest, HealthIsCheckedAndWatched) {
  EXPECT_EQ(keda_->Health(), "NOT_SERVING");
  const auto stub = grpc::health::v1::Health::NewStub(keda_->channel());
  e2e::Stream<HealthCheckResponse> watch;
  watch.reader = stub->Watch(&watch.context, HealthCheckRequest());
  auto status = watch.Read();
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->status(), HealthCheckResponse::NOT_SERVING);
  Publish(store_, {10}, base::Now());
  status = watch.Read();
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(keda_->Health(), "SERVING");

  grpc::ClientContext context;
  HealthCheckRequest unknown;
  unknown.set_service("nobody");
  HealthCheckResponse response;
  EXPECT_EQ(stub->Check(&context, unknown, &response).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ScalerServerTest, ShutdownTurnsHealthToNotServingBeforeItsWatchesEnd) {
  Publish(store_, {10}, base::Now());
  const auto stub = grpc::health::v1::Health::NewStub(keda_->channel());
  e2e::Stream<HealthCheckResponse> watch;
  watch.reader = stub->Watch(&watch.context, HealthCheckRequest());
  auto status = watch.Read();
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->status(), HealthCheckResponse::SERVING);
  std::thread shutdown([this] { server_->Shutdown(std::chrono::seconds(20)); });
  status = watch.Read();
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch.Read().has_value());
  EXPECT_TRUE(watch.reader->Finish().ok());
  shutdown.join();
}

template <class Service, class Request, class Response>
std::vector<std::string> ListServices(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = Service::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + e2e::kCallPatience);
  const auto stream = stub->ServerReflectionInfo(&context);
  Request request;
  request.set_list_services("");
  EXPECT_TRUE(stream->Write(request));
  Response response;
  EXPECT_TRUE(stream->Read(&response));
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  // A second question on the same stream.
  request.set_file_containing_symbol("externalscaler.ExternalScaler");
  EXPECT_TRUE(stream->Write(request));
  EXPECT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.file_descriptor_response().file_descriptor_proto_size(), 1);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
  return names;
}

TEST_F(ScalerServerTest, ExplainsOverTheSamePort) {
  Publish(store_, {35, 71.5}, base::Now());
  const auto stub = decision::v1::Explainer::NewStub(keda_->channel());
  decision::v1::ExplainRequest request;
  *request.mutable_object() = e2e::MakeRef({{"aggregation", "min"}});
  grpc::ClientContext context;
  decision::v1::Decision decision;
  const grpc::Status status = stub->Explain(&context, request, &decision);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(decision.value(), 35);
  EXPECT_EQ(decision.explanation().gpus_size(), 2);
  EXPECT_EQ(server_->ExplainNow(request).value(), 35) << "on another thread";
  EXPECT_EQ(server_->decisions().Count(base::Now()).total, 0u) << "KEDA has not asked";
}

TEST_F(ScalerServerTest, KnowsWhatItsStreamsSaid) {
  Publish(store_, {0}, base::Now());
  const auto stream = keda_->StreamIsActive({});
  ASSERT_FALSE(stream->Read()->result());
  const auto known = [this] {
    return server_->decisions().List("", "", std::nullopt, 10, base::Now()).decisions;
  };
  ASSERT_EQ(known().size(), 1u);
  EXPECT_EQ(known()[0].active, false);
  EXPECT_EQ(known()[0].last_question, Question::kStreamIsActive);
  Publish(store_, {90}, base::Now());
  ASSERT_TRUE(stream->Read()->result());
  EXPECT_EQ(known()[0].active, true);
  EXPECT_EQ(known()[0].value, std::nullopt) << "nobody asked for it";
}

TEST_F(ScalerServerTest, ReflectsItsServicesInBothPackages) {
  namespace v1 = grpc::reflection::v1;
  namespace v1alpha = grpc::reflection::v1alpha;
  const std::vector<std::string> expected = {
      "externalscaler.ExternalScaler", "gpuscaler.decision.v1.Explainer", "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"};
  EXPECT_EQ((ListServices<v1::ServerReflection, v1::ServerReflectionRequest,
                          v1::ServerReflectionResponse>(keda_->channel())),
            expected);
  EXPECT_EQ((ListServices<v1alpha::ServerReflection, v1alpha::ServerReflectionRequest,
                          v1alpha::ServerReflectionResponse>(keda_->channel())),
            expected);
}

TEST_F(ScalerServerTest, ShutdownEndsStreamsWithOkWhilePublishersGoOn) {
  Publish(store_, {10}, base::Now());
  const auto active = keda_->StreamIsActive({});
  const auto specs = keda_->StreamMetricSpec({});
  ASSERT_TRUE(active->Read().has_value());
  ASSERT_TRUE(specs->Read().has_value());
  std::atomic<bool> stop{false};
  std::thread publisher([&] {
    while (!stop) Publish(store_, {10}, base::Now());
  });
  server_->Shutdown(seconds(20));
  EXPECT_FALSE(active->Read().has_value());
  EXPECT_TRUE(active->reader->Finish().ok());
  EXPECT_FALSE(specs->Read().has_value());
  EXPECT_TRUE(specs->reader->Finish().ok());
  server_.reset();
  stop = true;
  publisher.join();
}

TEST_F(ScalerServerTest, APortInUseIsAnError) {
  ScalerServer::Options options;
  options.address = "127.0.0.1";
  options.port = server_->port();
  ScalerServer second(options, store_, NodeRole(store_, seconds(60)));
  const absl::Status started = second.Start();
  EXPECT_EQ(started.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(base::Message(started)),
              testing::HasSubstr(std::to_string(server_->port())));
}

}  // namespace
}  // namespace gpuscaler::serving
