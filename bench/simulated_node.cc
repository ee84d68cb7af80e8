#include "bench/simulated_node.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "fleet/report_method.h"
#include "rpc/message.h"

namespace gpuscaler::bench {
namespace {

using telemetry::v1::ReportControl;

// As Kubernetes makes them, told apart by the node and GPU.
std::string PodName(size_t workload, size_t holding) {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string random;
  for (int i = 0; i < 5; ++i) {
    random += kAlphabet[holding % kAlphabet.size()];
    holding /= kAlphabet.size();
  }
  return base::StrCat("llm-", workload, "-7d9c8b5f4d-", random);
}

// Machines that know nothing of each other: every node reads at a moment of its own.
base::Duration PhaseOf(size_t number, base::Duration interval) {
  constexpr size_t kPhases = 10007;  // a prime
  constexpr size_t kStep = 7919;     // so that neighbours in number are none in time
  return interval * static_cast<int64_t>(number * kStep % kPhases) / static_cast<int64_t>(kPhases);
}

telemetry::Snapshot MakeSnapshot(size_t node, size_t workloads) {
  telemetry::Snapshot snapshot;
  snapshot.node = base::StrCat("gpu-node-", node, ".example.internal");
  auto ownership = std::make_shared<telemetry::Ownership>();
  for (size_t i = 0; i < kGpusPerNode; ++i) {
    const size_t holding = node * kGpusPerNode + i;
    telemetry::GpuIdentity identity;
    identity.index = static_cast<uint32_t>(i);
    identity.uuid = base::StrCat("GPU-8f6a2c1e-5b7d-4e3a-9c21-", 100000000000 + holding);
    identity.name = "NVIDIA H100 80GB HBM3";
    identity.pci_bus_id = base::StrCat("00000000:", 10 + i, ":00.0");
    identity.minor = identity.index;
    ownership->pods.push_back(
        {kWorkloadNamespace, PodName(holding % workloads, holding), {}, {identity.uuid}});
    telemetry::GpuSnapshot gpu;
    gpu.identity = std::make_shared<const telemetry::GpuIdentity>(std::move(identity));
    snapshot.gpus.push_back(std::move(gpu));
  }
  std::sort(ownership->pods.begin(), ownership->pods.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  snapshot.pods_worked.assign(ownership->pods.size(), true);
  snapshot.ownership = std::move(ownership);
  return snapshot;
}

}  // namespace

SimulatedNode::SimulatedNode(Fleet& fleet, size_t number)
    : fleet_(fleet),
      phase_(PhaseOf(number, fleet.fast_interval)),
      snapshot_(MakeSnapshot(number, fleet.workloads)) {}

void SimulatedNode::Open() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  channel_ = grpc::CreateCustomChannel(fleet_.target, fleet_.credentials, arguments);
  Call();
}

void SimulatedNode::Call() {
  stream_.reset();
  context_.emplace();
  context_->set_wait_for_ready(true);
  writer_.emplace("0.0.0");
  grpc::GenericStub stub(channel_);
  stream_ = stub.PrepareCall(&*context_,
                             base::StrCat("/", fleet::kFleetService, "/", fleet::kReportMethod),
                             &fleet_.queue);
  stream_->StartCall(this);
}

void SimulatedNode::Proceed(bool ok) {
  started_ = ok;
  if (!ok) return End();
  stream_->Read(&control_, &read_tag_);
}

base::SteadyTime SimulatedNode::Tick(base::SteadyTime now) {
  const base::SteadyTime read_at = LastReadAt(now);
  const base::SteadyTime next_read_at = read_at + fleet_.fast_interval;
  if (ended_ && !writing_ && now >= call_at_) {
    ended_ = started_ = false;
    reported_at_ = {};
    Call();
  }
  if (!started_ || ended_) return now + std::chrono::milliseconds(5);
  if (writing_ || !schedule_.IsDue(now, read_at)) {
    return std::max(now + std::chrono::milliseconds(1), std::min(schedule_.latest(), next_read_at));
  }
  const bool first = reported_at_ == base::SteadyTime();
  // Where it stands within the interval is as good as random.
  const auto part = static_cast<int64_t>(first ? fleet_.reports % 101 : 101);
  schedule_.Sent(now, schedule_.interval() * part / 101);
  reported_at_ = read_at;
  ++fleet_.reports;
  writing_ = true;
  stream_->Write(
      rpc::WriteMessage(writer_->Next(std::make_shared<const telemetry::Snapshot>(Read(now)), now)),
      &written_tag_);
  return next_read_at;
}

base::SteadyTime SimulatedNode::LastReadAt(base::SteadyTime now) const {
  return now - (now.time_since_epoch() + phase_) % fleet_.fast_interval;
}

// As the fast lane left it.
telemetry::Snapshot SimulatedNode::Read(base::SteadyTime now) {
  const base::SteadyTime read_at = LastReadAt(now);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(read_at.time_since_epoch()).count();
  ++snapshot_.sequence;
  snapshot_.taken_at = now;
  for (telemetry::LaneState& lane : snapshot_.lanes) lane.sampled_at = read_at;
  auto ownership = std::make_shared<telemetry::Ownership>(*snapshot_.ownership);
  ownership->listed_at = read_at;
  snapshot_.ownership = std::move(ownership);
  for (telemetry::GpuSnapshot& gpu : snapshot_.gpus) {
    for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
      gpu.readings.Set(row.id, 42.5, read_at);
    }
    // Of no lane whose changes somebody waits for.
    gpu.readings.Set(catalog::Metric::kPcieTxKbps, static_cast<double>(ms), read_at);
  }
  return snapshot_;
}

// As a real node does, it comes again.
void SimulatedNode::End() {
  ended_ = true;
  ++fleet_.ended;
  call_at_ = base::Now() + std::chrono::seconds(1);
}

void SimulatedNode::OnWritten(bool) {
  writing_ = false;
}

void SimulatedNode::OnRead(bool ok) {
  if (!ok) return End();
  const auto control = rpc::ReadMessage<ReportControl>(control_);
  if (control.ok()) {
    schedule_.SetInterval(std::chrono::milliseconds(control->interval_ms()), base::Now());
  }
  if (!std::exchange(answered_, true)) ++fleet_.open;
  control_.Clear();
  stream_->Read(&control_, &read_tag_);
}

}  // namespace gpuscaler::bench
