// Connections and streams beyond all measure.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "await.h"
#include "e2e/matchers.h"
#include "e2e/scaler_process.h"
#include "fakes/nvml/fake_nvml.h"
#include "rpc/http2.h"
#include "rpc/socket.h"

namespace gpuscaler::e2e {
namespace {

using absl::StatusCode;
using base::Descriptor;
using fakes::FakeNvml;

// As many as this process may have; its children inherit them.
rlim_t RaiseOpenFiles() {
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

// An IPv4 address of this machine that is not loopback; empty: there is none.
std::string OwnAddress() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return "";
  std::string found;
  for (const ifaddrs* at = all; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
    if ((at->ifa_flags & IFF_LOOPBACK) != 0 || (at->ifa_flags & IFF_UP) == 0) continue;
    char text[INET_ADDRSTRLEN] = {};
    const auto& address = reinterpret_cast<const sockaddr_in&>(*at->ifa_addr);
    if (inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text)) != nullptr) found = text;
  }
  freeifaddrs(all);
  return found;
}

Descriptor ConnectTo(const std::string& host, uint16_t port) {
  Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return Descriptor();
  }
  return fd;
}

TEST(Flood, TwoThousandIdleConnectionsHoldUpNobody) {
  if (RaiseOpenFiles() < 8192) GTEST_SKIP() << "the limit of open files is too low here";
  FakeNvml nvml(2);
  ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms", "--max-connections=4000"},
                       nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const uint64_t resident_kib = scaler.ResidentKib();
  std::vector<Descriptor> idle;
  for (int i = 0; i < 2000; ++i) {
    idle.push_back(rpc::Connect(scaler.ports().grpc));
    ASSERT_GE(idle.back().get(), 0);
  }
  for (int i = 0; i < 500; ++i) idle.push_back(rpc::Connect(scaler.ports().metrics));
  for (int i = 0; i < 500; ++i) idle.push_back(rpc::Connect(scaler.ports().probes));
  Keda late(scaler.ports().grpc);
  nvml.gpu(0).SetUtilization(88, 0);
  Await([&] { return late.Value({}).value_or(0) == 88; });
  EXPECT_EQ(scaler.Metrics().status, 200);
  EXPECT_EQ(scaler.Probe("/healthz").status, 200);
  EXPECT_EQ(scaler.Probe("/readyz").status, 200);
  const uint64_t grown_kib = scaler.ResidentKib() - std::min(scaler.ResidentKib(), resident_kib);
  RecordProperty("grown_kib", std::to_string(grown_kib));
  // 25 MiB when it was measured; 370 with the address sanitizer.
  EXPECT_LT(grown_kib, (kSanitized ? 1500u : 100u) * 1024);
  EXPECT_EQ(scaler.Stop(), 0) << "while they are all open";
}

TEST(Flood, AFloodBeyondTheLimitLeavesTheServersLookAtItselfAPlace) {
  const std::string address = OwnAddress();
  if (address.empty()) GTEST_SKIP() << "this machine has no address but loopback";
  FakeNvml nvml(2);
  ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms", "--max-connections=50",
                        "--health-check-interval=100ms", "--bind-address", ""},
                       nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  std::vector<Descriptor> flood;
  for (int i = 0; i < 300; ++i) flood.push_back(ConnectTo(address, scaler.ports().grpc));
  // The limit counts the flood's own too: one more from there is closed.
  EXPECT_TRUE(rpc::IsClosedByPeer(flood.back()));
  EXPECT_TRUE(rpc::IsClosedByPeer(ConnectTo(address, scaler.ports().grpc)));
  // Its own calls still come through, and those of others on this machine.
  const std::string checks = "keda_gpu_scaler_scaler_requests_total{method=\"Check\"}";
  const double before = scaler.Sample(checks).value_or(0);
  Await([&] { return scaler.Sample(checks).value_or(0) >= before + 5; });
  const HttpAnswer live = scaler.Probe("/healthz");
  EXPECT_EQ(live.status, 200) << live.body;
  Keda late(scaler.ports().grpc);
  EXPECT_THAT(late.Value({}), Holds(42));
  // Once the flood is over there is room again.
  flood.clear();
  Keda outsider(scaler.ports().grpc, address);
  Await([&] { return outsider.Value({}).ok(); });
}

// Calls that are reset as soon as they are opened: gRPC keeps each for a while,
// and none counts as open.
TEST(Flood, WhoeverMakesMemoryGrowIsClosed) {
  if (kSanitized) GTEST_SKIP() << "sanitizers are too slow for memory to grow like this";
  FakeNvml nvml(2);
  const uint64_t limit_mib = 100;
  ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms",
                        base::StrCat("--max-memory-mib=", limit_mib)},
                       nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  const auto stream = scaler.keda().StreamIsActive({});
  ASSERT_TRUE(stream->Read().has_value());
  const Descriptor flood = rpc::Connect(scaler.ports().grpc);
  std::string begin = std::string(rpc::kHttp2Preface) + rpc::Http2Settings();
  ASSERT_GT(send(flood.get(), begin.data(), begin.size(), MSG_NOSIGNAL), 0);
  const std::string evicted = "keda_gpu_scaler_grpc_evicted_connections_total";
  bool cut_off = false;
  for (uint32_t call = 1; call < 2 * 2'000'000 && !cut_off;) {
    std::string bytes;
    for (int i = 0; i < 1000; ++i, call += 2) {
      bytes += rpc::Http2Call(call, "/externalscaler.ExternalScaler/GetMetrics");
      bytes += rpc::Http2Frame(3, 0, call, std::string("\0\0\0\x08", 4));  // RST_STREAM: CANCEL
    }
    cut_off = send(flood.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
              static_cast<ssize_t>(bytes.size());
    // Read away what is answered, or gRPC would rightly stop to read.
    char answers[65536];
    while (recv(flood.get(), answers, sizeof(answers), MSG_DONTWAIT) > 0) {
    }
  }
  EXPECT_TRUE(cut_off);
  EXPECT_EQ(scaler.Sample(evicted).value_or(0), 1);
  RecordProperty("resident_kib", std::to_string(scaler.ResidentKib()));
  // It is cut off within a tick; what was read by then is still worked off.
  EXPECT_LT(scaler.ResidentKib(), 4 * limit_mib * 1024);
  EXPECT_THAT(scaler.child().Errors(), testing::HasSubstr("memory is above its limit"));
  // The honest client's stream never broke.
  nvml.gpu(0).SetUtilization(0, 0);
  nvml.gpu(1).SetUtilization(0, 0);
  Await([&] {
    return stream->Read().value_or(externalscaler::IsActiveResponse()).result() == false;
  });
  EXPECT_THAT(scaler.keda().Value({}), Holds(0));
  EXPECT_EQ(scaler.Stop(), 0);
}

// Headers without a request, and requests that are announced and never whole.
TEST(Flood, CallsThatAreNeverFinishedStayFew) {
  FakeNvml nvml(2);
  ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms"}, nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  ASSERT_THAT(scaler.keda().Value({}), Holds(42));
  const uint64_t resident_kib = scaler.ResidentKib();
  std::string headers_only = std::string(rpc::kHttp2Preface) + rpc::Http2Settings();
  std::string parts = headers_only;
  const std::string path = "/externalscaler.ExternalScaler/GetMetrics";
  for (uint32_t i = 0; i < 10'000; ++i) {
    headers_only += rpc::Http2Call(2 * i + 1, path);
    parts += rpc::Http2Call(2 * i + 1, path);
    // The head of a message of 200,000 bytes, and the first of them.
    const std::string message = std::string("\0\0\x03\x0d\x40", 5) + std::string(1000, 'x');
    parts += rpc::Http2Frame(0, 0, 2 * i + 1, message);
  }
  std::vector<Descriptor> flood;
  for (int i = 0; i < 4; ++i) {
    flood.push_back(rpc::Connect(scaler.ports().grpc));
    (void)send(flood.back().get(), headers_only.data(), headers_only.size(), MSG_NOSIGNAL);
    EXPECT_TRUE(rpc::IsClosedByPeer(flood.back()));
    // Most of these break HTTP/2's flow control too, and end one by one.
    flood.push_back(rpc::Connect(scaler.ports().grpc));
    (void)send(flood.back().get(), parts.data(), parts.size(), MSG_NOSIGNAL);
    EXPECT_THAT(scaler.keda().Value({}), Holds(42));
  }
  EXPECT_GE(scaler.Sample("keda_gpu_scaler_grpc_evicted_connections_total").value_or(0), 4);
  const uint64_t now_kib = scaler.ResidentKib();
  RecordProperty("grown_kib", std::to_string(now_kib - std::min(now_kib, resident_kib)));
  EXPECT_LT(now_kib, resident_kib + (kSanitized ? 1500u : 400u) * 1024);
  EXPECT_EQ(scaler.Stop(), 0);
}

TEST(Flood, StreamsAboveTheLimitAreRefusedAndUnaryCallsAreNot) {
  FakeNvml nvml(2);
  ScalerProcess scaler({"--fast-interval=20ms", "--poll-interval=100ms", "--max-streams=20"},
                       nvml.ChildEnvironment());
  ASSERT_TRUE(scaler.AwaitServing());
  std::vector<std::unique_ptr<ActiveStream>> streams;
  for (int i = 0; i < 20; ++i) {
    streams.push_back(scaler.keda().StreamIsActive({}));
    EXPECT_TRUE(streams.back()->Read().has_value());
  }
  for (int i = 0; i < 5; ++i) {
    const auto more = scaler.keda().StreamIsActive({});
    EXPECT_FALSE(more->Read().has_value());
    EXPECT_EQ(more->reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  EXPECT_THAT(scaler.keda().Value({}), Holds(42));
  EXPECT_THAT(scaler.keda().IsActive({}), Holds(true));
  streams.pop_back();
  Await([&] { return scaler.keda().StreamIsActive({})->Read().has_value(); });
}

}  // namespace
}  // namespace gpuscaler::e2e
