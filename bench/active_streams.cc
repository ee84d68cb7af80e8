#include "bench/active_streams.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "rpc/status.h"
#include "rpc/tag.h"

namespace gpuscaler::bench {
namespace {

using externalscaler::ExternalScaler;
using externalscaler::IsActiveResponse;
using externalscaler::ScaledObjectRef;

constexpr base::Duration kPatience = std::chrono::seconds(20);

// Active while a GPU is above 50%.
ScaledObjectRef Reference(size_t number) {
  ScaledObjectRef object;
  object.set_name(base::StrCat("inference-server-", number));
  object.set_namespace_("production");
  auto& metadata = *object.mutable_scalermetadata();
  metadata["scalerAddress"] = "keda-gpu-scaler.keda.svc:6000";
  metadata["metricType"] = "gpu_utilization";
  metadata["targetValue"] = "80";
  metadata["activationThreshold"] = "50";
  return object;
}

}  // namespace

// One operation is under way at a time: its one tag.
class ActiveStreams::Stream final : public rpc::Tag {
 public:
  Stream(ActiveStreams& all, size_t number) : all_(all) {
    reader_ = all.stub_->PrepareAsyncStreamIsActive(&context_, all.reference_(number), &all.queue_);
    reader_->StartCall(this);
  }

  void Proceed(bool ok) override {
    if (finishing_) {
      ++all_.ended_;
      if (status_.ok()) ++all_.ended_ok_;
      return;
    }
    if (!ok) {
      finishing_ = true;
      reader_->Finish(&status_, this);
      return;
    }
    if (started_) OnMessage();
    started_ = true;
    reader_->Read(&message_, this);
  }

  void Cancel() { context_.TryCancel(); }

 private:
  void OnMessage() {
    if (said_ == message_.result()) return;  // a heartbeat
    said_ = message_.result();
    if (*said_ == all_.wanted_) all_.turned_at_.push_back(base::Now());
  }

  ActiveStreams& all_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReader<IsActiveResponse>> reader_;
  IsActiveResponse message_;
  grpc::Status status_;
  std::optional<bool> said_;
  bool started_ = false;
  bool finishing_ = false;
};

ActiveStreams::ActiveStreams(uint16_t port, MakeReference reference)
    : reference_(reference ? std::move(reference) : Reference) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  stub_ = ExternalScaler::NewStub(grpc::CreateCustomChannel(
      base::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments));
}

ActiveStreams::~ActiveStreams() {
  for (const auto& stream : streams_) stream->Cancel();
  AwaitEnd(base::Now() + kPatience);
  queue_.Shutdown();
  Run(base::Now() + kPatience, [] { return false; });
}

absl::Status ActiveStreams::Connect() {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  context.set_wait_for_ready(true);
  IsActiveResponse response;
  return rpc::FromGrpc(stub_->IsActive(&context, reference_(0), &response));
}

absl::Status ActiveStreams::Open(size_t count) {
  wanted_ = false;
  turned_at_.clear();
  for (size_t i = 0; i < count; ++i) streams_.push_back(std::make_unique<Stream>(*this, i));
  Run(base::Now() + kPatience, [&] { return turned_at_.size() == count || ended_ > 0; });
  if (turned_at_.size() == count) return absl::OkStatus();
  return absl::UnavailableError(base::StrCat("of ", count, " streams ", turned_at_.size(),
                                             " have said that they are inactive"));
}

std::vector<base::SteadyTime> ActiveStreams::AwaitAll(bool active, base::SteadyTime deadline) {
  wanted_ = active;
  turned_at_.clear();
  Run(deadline, [this] { return turned_at_.size() == streams_.size(); });
  return turned_at_;
}

void ActiveStreams::Idle(base::SteadyTime until) {
  Run(until, [] { return false; });
}

size_t ActiveStreams::AwaitEnd(base::SteadyTime deadline) {
  Run(deadline, [this] { return ended_ == streams_.size(); });
  return ended_ok_;
}

template <class Done>
void ActiveStreams::Run(base::SteadyTime deadline, Done done) {
  void* tag = nullptr;
  bool ok = false;
  while (!done()) {
    const base::Duration left = deadline - base::Now();
    if (left <= base::Duration::zero()) return;
    const auto until = std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::microseconds>(left);
    switch (queue_.AsyncNext(&tag, &ok, until)) {
      case grpc::CompletionQueue::GOT_EVENT:
        static_cast<rpc::Tag*>(tag)->Proceed(ok);
        break;
      case grpc::CompletionQueue::TIMEOUT:
      case grpc::CompletionQueue::SHUTDOWN:
        return;
    }
  }
}

}  // namespace gpuscaler::bench
