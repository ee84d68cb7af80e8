// The two streams: what comes, when, and how they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "await.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

using fakes::FakeNvml;
using std::chrono::seconds;

const std::vector<std::string> kFast = {"--fast-interval=20ms", "--poll-interval=100ms",
                                        "--stale-after=600ms"};
// No heartbeat within the test: what comes was pushed, but for a new `true`'s repetitions.
const Metadata kQuiet = {{"metricType", "gpu_utilization"}, {"pollIntervalSeconds", "3600"}};

// Reads a stream of activity on a thread until it ends.
class Listener {
 public:
  Listener(Keda& keda, const Metadata& metadata)
      : stream_(keda.StreamIsActive(metadata)), thread_([this] {
          while (const auto response = stream_->Read()) {
            if (messages_ == 0 || last_ != response->result()) ++changes_;
            last_ = response->result();
            ++messages_;
          }
          status_ = stream_->reader->Finish();
          ended_ = true;
        }) {}
  ~Listener() {
    stream_->context.TryCancel();
    if (thread_.joinable()) thread_.join();
  }

  int messages() const { return messages_; }
  int changes() const { return changes_; }  // the first message is one
  bool last() const { return last_; }
  bool ended() const { return ended_; }
  grpc::Status Status() {
    thread_.join();
    return status_;
  }

 private:
  std::unique_ptr<ActiveStream> stream_;
  std::atomic<int> messages_{0};
  std::atomic<int> changes_{0};
  std::atomic<bool> last_{false};
  std::atomic<bool> ended_{false};
  grpc::Status status_;
  std::thread thread_;
};

TEST(Streams, ActivityComesAtOnceAndEachChangeIsPushed) {
  FakeNvml nvml(2);
  for (const uint32_t i : {0U, 1U}) nvml.gpu(i).SetUtilization(0, 0);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  Listener listener(scaler.keda(), kQuiet);
  Await([&] { return listener.messages() == 1; });
  EXPECT_FALSE(listener.last());
  int expected = 1;
  for (const uint32_t utilization : {60U, 0U, 1U, 0U}) {
    nvml.gpu(1).SetUtilization(utilization, 0);
    ++expected;
    const auto changed_at = std::chrono::steady_clock::now();
    Await([&] { return listener.changes() == expected; });
    EXPECT_LT(std::chrono::steady_clock::now() - changed_at, seconds(5));
    EXPECT_EQ(listener.last(), utilization > 0);
  }
  EXPECT_FALSE(listener.ended());
}

TEST(Streams, TheStateIsRepeatedAsAHeartbeat) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const auto stream = scaler.keda().StreamIsActive({{"pollIntervalSeconds", "1"}});
  // At once, and after 250 and 500 ms more, as news is.
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(stream->Read().has_value());
  for (int i = 0; i < 2; ++i) {
    const auto before = std::chrono::steady_clock::now();
    const auto heartbeat = stream->Read();
    ASSERT_TRUE(heartbeat.has_value());
    EXPECT_TRUE(heartbeat->result());
    const auto waited = std::chrono::steady_clock::now() - before;
    EXPECT_GT(waited, std::chrono::milliseconds(500)) << "not a heartbeat but a flood";
    EXPECT_LT(waited, seconds(10));
  }
}

TEST(Streams, ActivitySurvivesADriverThatGoesAndComesBack) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  Listener listener(scaler.keda(), kQuiet);
  Await([&] { return listener.messages() >= 1; });
  EXPECT_TRUE(listener.last());
  nvml.RemoveDriver();
  Await([&] { return scaler.keda().Health() == "NOT_SERVING"; });
  EXPECT_EQ(listener.changes(), 1) << "unknown is not inactive";
  const int told = listener.messages();
  nvml.LoadDriver();
  // Known again: KEDA is told at once, though nothing changed.
  Await([&] { return listener.messages() > told; });
  EXPECT_TRUE(listener.last());
  nvml.gpu(0).SetUtilization(0, 0);
  Await([&] { return listener.changes() == 2; });
  EXPECT_FALSE(listener.last());
  EXPECT_FALSE(listener.ended());
}

TEST(Streams, WhyTheStateIsNotKnownIsInTheLog) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const auto stream = scaler.keda().StreamIsActive({{"gpuIndex", "7"}});
  Await([&] {
    const std::string log = scaler.child().Errors();
    return log.find("\"StreamIsActive\"") != std::string::npos &&
           log.find("no GPU in view has this index") != std::string::npos;
  });
}

TEST(Streams, SpecsComeAtOnceAndTheStreamStaysOpen) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const Metadata metadata = {{"targetGpuUtilization", "62.5"}, {"metricName", "gpu_load"}};
  const auto stream = scaler.keda().StreamMetricSpec(metadata);
  const auto specs = stream->Read();
  ASSERT_TRUE(specs.has_value());
  ASSERT_EQ(specs->metricspecs_size(), 1);
  EXPECT_EQ(specs->metricspecs(0).metricname(), "gpu_load");
  EXPECT_EQ(specs->metricspecs(0).targetsizefloat(), 62.5);
  const auto unary = scaler.keda().Spec(metadata);
  ASSERT_TRUE(unary.ok()) << unary.status();
  EXPECT_EQ(unary->SerializeAsString(), specs->metricspecs(0).SerializeAsString());
  // Snapshots come and go, and nothing more is said.
  nvml.gpu(0).SetUtilization(99, 0);
  Await([&] { return scaler.keda().Value({}).value_or(0) == 99; });
  EXPECT_EQ(scaler.Sample("keda_gpu_scaler_open_streams{method=\"StreamMetricSpec\"}"), 1.0);
  EXPECT_EQ(scaler.Stop(), 0);
  EXPECT_FALSE(stream->Read().has_value());
  const grpc::Status status = stream->reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST(Streams, AnErrorInTheMetadataEndsAStreamBeforeAnyMessage) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const auto active = scaler.keda().StreamIsActive({{"aggregation", "mode"}});
  EXPECT_FALSE(active->Read().has_value());
  EXPECT_EQ(active->reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto specs = scaler.keda().StreamMetricSpec({{"aggregation", "mode"}});
  EXPECT_FALSE(specs->Read().has_value());
  EXPECT_EQ(specs->reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(Streams, OnSigtermAHundredStreamsEndWithOkThoughSomeNeverRead) {
  FakeNvml nvml(1);
  ScalerProcess scaler(kFast, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  Keda silent(scaler.ports().grpc);  // a connection on which nobody reads
  std::vector<std::unique_ptr<ActiveStream>> unread;
  for (int i = 0; i < 60; ++i) unread.push_back(silent.StreamIsActive(kQuiet));
  std::vector<std::unique_ptr<Listener>> listeners;
  for (int i = 0; i < 40; ++i) {
    listeners.push_back(std::make_unique<Listener>(scaler.keda(), kQuiet));
  }
  Await([&] {
    return scaler.Sample("keda_gpu_scaler_open_streams{method=\"StreamIsActive\"}") == 100.0;
  });
  for (const auto& listener : listeners) Await([&] { return listener->messages() >= 1; });
  EXPECT_EQ(scaler.Stop(), 0);  // within 5 s
  for (const auto& listener : listeners) {
    const grpc::Status status = listener->Status();
    EXPECT_TRUE(status.ok()) << status.error_code() << " " << status.error_message();
  }
}

}  // namespace
}  // namespace gpuscaler::e2e
