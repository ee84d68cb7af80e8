// What bad input gets over the wire, and that it harms nobody else.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <sstream>

#include "await.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"
#include "rpc/socket.h"
#include "rpc/status.h"

namespace gpuscaler::e2e {
namespace {

using absl::StatusCode;
using fakes::FakeNvml;
using testing::HasSubstr;

// One scaler for each test, which must be as good as new at the end.
class BadInput : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(scaler_.AwaitServing());
    ASSERT_THAT(scaler_.keda().Value({}), Holds(44));  // 40 + 2 x 2
    resident_kib_ = scaler_.ResidentKib();
  }
  void TearDown() override {
    EXPECT_TRUE(scaler_.child().Running());
    EXPECT_THAT(scaler_.keda().Value({}), Holds(44));
    EXPECT_EQ(scaler_.keda().Health(), "SERVING");
    EXPECT_EQ(scaler_.Probe("/healthz").status, 200);
    // 5 MiB when it was measured; sanitizers add their quarantine.
    const uint64_t resident_kib = scaler_.ResidentKib();
    EXPECT_LT(resident_kib, resident_kib_ + (kSanitized ? 500 : 64) * 1024);
    RecordProperty("resident_kib_before", std::to_string(resident_kib_));
    RecordProperty("resident_kib_after", std::to_string(resident_kib));
  }

  // Sends `payload` as the request of a unary call.
  absl::Status CallRaw(const std::string& method, const std::string& payload) {
    grpc::GenericStub stub(scaler_.keda().channel());
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallPatience);
    const grpc::Slice slice(payload);
    const grpc::ByteBuffer request(&slice, 1);
    const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    int tag = 0;
    call->Finish(&response, &status, &tag);
    void* got = nullptr;
    bool ok = false;
    queue.Next(&got, &ok);
    queue.Shutdown();
    while (queue.Next(&got, &ok)) {
    }
    return rpc::FromGrpc(status);
  }

  FakeNvml nvml_{3};
  ScalerProcess scaler_{{"--fast-interval=20ms", "--poll-interval=100ms"},
                        nvml_.ChildEnvironment()};
  uint64_t resident_kib_ = 0;
};

struct MetadataRow {
  std::string key;
  std::string value;
  std::string allowed;  // a part of what the message says is allowed, or is meant
};

const MetadataRow kBadMetadata[] = {
    {"targetValeu", "its value is not shown", "targetValue"},
    {"targetValue", "", "0.001"},
    {"targetValue", "eighty", "0.001"},
    {"targetValue", "NaN", "0.001"},
    {"targetValue", "Inf", "0.001"},
    {"targetValue", "-1", "0.001"},
    {"targetValue", "0", "0.001"},
    {"targetValue", "1e999", "0.001"},
    {"activationThreshold", "-1", "0"},
    {"metricType", "gpu_utilisation", "gpu_utilization"},
    {"aggregation", "mode", "max"},
    {"profile", "traning", "training"},
    {"gpuIndex", "-2", "-1"},
    {"gpuIndex", "1.5", "-1"},
    {"pollIntervalSeconds", "0", "1"},
    {"window", "301", "300"},
    {"minCoveragePercent", "101", "100"},
    {"hpaMetricType", "Utilization", "AverageValue"},
    {"metricName", "a/b", "."},
    {"workload", "llm", "KIND/NAME"},
    {"workload", "replicaset/llm", "deployment"},
    {"workload", "deployment/LLM", "KIND/NAME"},
    {"warmupSeconds", "soon", "86400"},
    {"sharedGpus", "half", "whole"},
};

TEST_F(BadInput, MetadataIsRefusedNamingKeyValueAndWhatIsAllowed) {
  for (const MetadataRow& row : kBadMetadata) {
    SCOPED_TRACE(row.key + "=" + row.value);
    const Metadata metadata = {{row.key, row.value}};
    const auto spec = scaler_.keda().Spec(metadata);
    EXPECT_THAT(spec, FailsWith(StatusCode::kInvalidArgument, row.key));
    EXPECT_THAT(spec, FailsWith(StatusCode::kInvalidArgument, row.value));
    EXPECT_THAT(spec, FailsWith(StatusCode::kInvalidArgument, row.allowed));
    const std::string message(base::Message(spec.status()));
    EXPECT_THAT(scaler_.keda().Value(metadata), FailsWith(StatusCode::kInvalidArgument, message));
    EXPECT_THAT(scaler_.keda().IsActive(metadata),
                FailsWith(StatusCode::kInvalidArgument, message));
  }
  EXPECT_THAT(scaler_.child().Errors(), HasSubstr("targetValeu"))
      << "KEDA's users find the reason in our log only";
}

TEST_F(BadInput, AnEngineThatCannotBeAskedSaysSo) {
  EXPECT_THAT(scaler_.keda().Spec({{"engine", "vllm"}}),
              FailsWith(StatusCode::kInvalidArgument, "engine is given, but the metric is"));
  EXPECT_THAT(scaler_.keda().Value({{"metricType", "vllm_queue_depth"}, {"targetValue", "5"}}),
              FailsWith(StatusCode::kInvalidArgument, "give engineEndpoint"));
}

TEST_F(BadInput, TenThousandKeysAndAMebibyteOfValueAreRefusedForTheirSize) {
  Metadata keys;
  for (int i = 0; i < 10'000; ++i) keys["key" + std::to_string(i)] = "1";
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(scaler_.keda().Value(keys), FailsWith(StatusCode::kInvalidArgument, "10000"));
    EXPECT_THAT(scaler_.keda().IsActive({{"targetValue", std::string(1 << 20, '8')}}),
                FailsWith(StatusCode::kResourceExhausted, ""));
    // Small enough for a message, too large for a value; not echoed whole.
    const auto long_value = scaler_.keda().Spec({{"targetValue", std::string(100'000, '8')}});
    EXPECT_THAT(long_value, FailsWith(StatusCode::kInvalidArgument, "targetValue"));
    EXPECT_LT(long_value.status().message().size(), 1000u);
  }
  const auto stream = scaler_.keda().StreamIsActive(keys);
  EXPECT_FALSE(stream->Read().has_value());
  EXPECT_EQ(stream->reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

const char* const kUnaryMethods[] = {"IsActive", "GetMetricSpec", "GetMetrics"};

std::string Path(const std::string& method) {
  return "/externalscaler.ExternalScaler/" + method;
}

TEST_F(BadInput, BytesThatAreNoMessageGetAnError) {
  const std::string ref_with_bad_name = {'\x0a', 2, '\xff', '\xfe'};
  // GetMetrics wraps the reference: field 1, length 4.
  const std::string wrapped = std::string({'\x0a', 4}) + ref_with_bad_name;
  const std::string truncated = {'\x0a', 100, 'a'};
  const std::string end_group_only(64, '\x0c');
  for (const std::string method : kUnaryMethods) {
    SCOPED_TRACE(method);
    for (const std::string& bytes :
         {method == "GetMetrics" ? wrapped : ref_with_bad_name, truncated, end_group_only}) {
      const absl::Status status = CallRaw(Path(method), bytes);
      EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(base::Message(status)), HasSubstr("is not a externalscaler."));
    }
  }
  std::istringstream log(scaler_.child().Errors());
  for (std::string line; std::getline(log, line);) {
    EXPECT_THAT(line, testing::StartsWith("{")) << "libraries write no lines of their own";
  }
  EXPECT_EQ(CallRaw(Path("NoSuchMethod"), "").code(), StatusCode::kUnimplemented);
  EXPECT_EQ(CallRaw("/no.such.Service/Method", "").code(), StatusCode::kUnimplemented);
}

TEST_F(BadInput, AnEmptyRequestIsRefused) {
  for (const std::string method : kUnaryMethods) {
    const absl::Status status = CallRaw(Path(method), "");
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << method << " " << status;
    EXPECT_THAT(std::string(base::Message(status)), HasSubstr("scaledObjectRef.name"));
  }
}

TEST_F(BadInput, AMetricThatWasNeverAnnouncedIsRefused) {
  EXPECT_THAT(scaler_.keda().Value({}, "s0-keda_gpu_metric"),
              FailsWith(StatusCode::kInvalidArgument, "s0-keda_gpu_metric"));
  EXPECT_THAT(scaler_.keda().Value({}, ""),
              FailsWith(StatusCode::kInvalidArgument, "its metric is \"keda_gpu_metric\""));
}

// Bytes as random as they need be, the same at each run.
std::string Noise(size_t size, uint32_t seed) {
  std::string noise;
  for (size_t i = 0; i < size; ++i) {
    seed = seed * 1664525 + 1013904223;
    noise += static_cast<char>(seed >> 24);
  }
  return noise;
}

TEST_F(BadInput, GarbageOnAPortClosesItsOwnConnectionOnly) {
  const std::string prefixes[] = {"", "GET ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                  std::string("\x16\x03\x01\x02\x00\x01", 6)};
  const ScalerPorts& ports = scaler_.ports();
  for (const uint16_t port : {ports.grpc, ports.metrics, ports.probes}) {
    uint32_t seed = port;
    for (const std::string& prefix : prefixes) {
      for (int i = 0; i < 5; ++i) {
        const base::Descriptor socket = rpc::Connect(port);
        ASSERT_GE(socket.get(), 0);
        const std::string bytes = prefix + Noise(64 * 1024, ++seed);
        // May end early: the server is free to hang up in the middle.
        (void)send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        EXPECT_TRUE(rpc::IsClosedByPeer(socket)) << port << " " << prefix;
      }
    }
  }
}

}  // namespace
}  // namespace gpuscaler::e2e
