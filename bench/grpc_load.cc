#include "bench/grpc_load.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/strings.h"
#include "externalscaler.grpc.pb.h"
#include "rpc/status.h"
#include "rpc/tag.h"

namespace gpuscaler::bench {
namespace {

using externalscaler::ExternalScaler;
using externalscaler::GetMetricsRequest;
using externalscaler::GetMetricsResponse;

// As KEDA asks for a ScaledObject with an ordinary trigger.
GetMetricsRequest Request(bool window) {
  GetMetricsRequest request;
  request.set_metricname("keda_gpu_metric");
  auto& object = *request.mutable_scaledobjectref();
  object.set_name("inference-server");
  object.set_namespace_("production");
  auto& metadata = *object.mutable_scalermetadata();
  metadata["scalerAddress"] = "keda-gpu-scaler.keda.svc:6000";
  metadata["metricType"] = "gpu_utilization";
  metadata["targetValue"] = "80";
  metadata["activationThreshold"] = "5";
  if (window) metadata["window"] = "300s";
  return request;
}

// One call after the other. Lives as long as the load.
class Slot final : public rpc::Tag {
 public:
  Slot(ExternalScaler::Stub& stub, const GetMetricsRequest& request, grpc::CompletionQueue& queue)
      : stub_(stub), request_(request), queue_(queue) {}

  void Start() {
    context_.emplace();
    context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context_->set_wait_for_ready(true);
    begun_ = base::Now();
    reader_ = stub_.PrepareAsyncGetMetrics(&*context_, request_, &queue_);
    reader_->StartCall();
    reader_->Finish(&response_, &status_, this);
  }

  void Proceed(bool) override { ended_ = base::Now(); }

  const grpc::Status& status() const { return status_; }
  base::SteadyTime begun() const { return begun_; }
  base::SteadyTime ended() const { return ended_; }

 private:
  ExternalScaler::Stub& stub_;
  const GetMetricsRequest& request_;
  grpc::CompletionQueue& queue_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<GetMetricsResponse>> reader_;
  GetMetricsResponse response_;
  grpc::Status status_;
  base::SteadyTime begun_ = {};
  base::SteadyTime ended_ = {};
};

std::unique_ptr<ExternalScaler::Stub> Connect(uint16_t port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  return ExternalScaler::NewStub(grpc::CreateCustomChannel(
      base::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments));
}

// Polls the connections meanwhile, as a client does that waits.
void Idle(grpc::CompletionQueue& queue, base::Duration pause) {
  void* tag = nullptr;
  bool ok = false;
  queue.AsyncNext(&tag, &ok,
                  std::chrono::system_clock::now() +
                      std::chrono::duration_cast<std::chrono::microseconds>(pause));
}

}  // namespace

absl::Status RunGrpcLoad(const LoadOptions& options, Recorder& recorder) {
  const GetMetricsRequest request = Request(options.window);
  std::vector<std::unique_ptr<ExternalScaler::Stub>> stubs;
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Slot>> slots;
  for (int connection = 0; connection < options.connections; ++connection) {
    stubs.push_back(Connect(options.port));
    for (int i = 0; i < options.in_flight; ++i) {
      slots.push_back(std::make_unique<Slot>(*stubs.back(), request, queue));
    }
  }
  for (const auto& slot : slots) slot->Start();

  absl::Status result;
  size_t running = slots.size();
  bool over = false;
  void* tag = nullptr;
  bool ok = false;
  while (running > 0 && queue.Next(&tag, &ok)) {
    auto& slot = *static_cast<Slot*>(static_cast<rpc::Tag*>(tag));
    slot.Proceed(ok);
    if (!slot.status().ok()) {
      result.Update(rpc::FromGrpc(slot.status()));
      over = true;
    }
    over = over || !recorder.Take(slot.begun(), slot.ended());
    if (over) {
      --running;
      continue;
    }
    if (options.pause > base::Duration::zero()) Idle(queue, options.pause);
    slot.Start();
  }
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return result;
}

}  // namespace gpuscaler::bench
