#include "fakes/kubelet/fake_kubelet.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace gpuscaler::fakes {

// One List call. Its tag is under way, or it is one of waiting_.
struct FakeKubelet::Call {
  grpc::ServerContext context;
  grpc::ByteBuffer request;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder{&context};
  bool answered = false;
};

FakeKubelet::FakeKubelet() : socket_(folder_.PathOf("kubelet.sock")) {
  PodOf("kube-system", "keda-gpu-scaler-x2b4k").add_containers()->set_name("scaler");
  Start();
}

FakeKubelet::~FakeKubelet() {
  Stop();
}

void FakeKubelet::Start() {
  service_ = std::make_unique<Service>();
  grpc::ServerBuilder builder;
  builder.SetMaxSendMessageSize(-1);
  builder.AddListeningPort("unix:" + socket_, grpc::InsecureServerCredentials());
  builder.RegisterService(service_.get());
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  AwaitCall();
  thread_ = std::thread([this] { Serve(); });
}

void FakeKubelet::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (Call* call : std::exchange(waiting_, {})) delete call;
    queue_->Shutdown();
  }
  thread_.join();
  server_.reset();
  closed_ = false;
  unlink(socket_.c_str());
}

void FakeKubelet::AwaitCall() {
  auto* call = new Call;
  service_->RequestList(&call->context, &call->request, &call->responder, queue_.get(),
                        queue_.get(), call);
}

void FakeKubelet::Serve() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    const std::lock_guard lock(mutex_);
    if (tag == &release_) {
      if (closed_) continue;
      for (Call* call : std::exchange(waiting_, {})) Finish(*call);
      continue;
    }
    auto* call = static_cast<Call*>(tag);
    if (!ok || closed_ || call->answered) {
      delete call;
      continue;
    }
    ++calls_;
    AwaitCall();
    if (hangs_) {
      waiting_.push_back(call);
    } else {
      Finish(*call);
    }
  }
}

void FakeKubelet::Finish(Call& call) {
  call.answered = true;
  const grpc::Slice slice(Answer());
  call.responder.Finish(grpc::ByteBuffer(&slice, 1), grpc::Status::OK, &call);
}

void FakeKubelet::Hold(const std::string& pod_namespace, const std::string& pod,
                       const std::vector<std::string>& device_ids, const std::string& resource) {
  const std::lock_guard lock(mutex_);
  v1::ContainerDevices& devices = *PodOf(pod_namespace, pod).add_containers()->add_devices();
  devices.set_resource_name(resource);
  for (const std::string& id : device_ids) devices.add_device_ids(id);
}

void FakeKubelet::Claim(const std::string& pod_namespace, const std::string& pod,
                        const std::string& device, const std::string& driver,
                        const std::vector<std::string>& cdi_devices) {
  const std::lock_guard lock(mutex_);
  v1::DynamicResource& claim = *PodOf(pod_namespace, pod).add_containers()->add_dynamic_resources();
  claim.set_claim_name(pod + "-gpu");
  claim.set_claim_namespace(pod_namespace);
  v1::ClaimResource& resource = *claim.add_claim_resources();
  resource.set_driver_name(driver);
  resource.set_pool_name("node-pool");
  resource.set_device_name(device);
  for (const std::string& name : cdi_devices) resource.add_cdi_devices()->set_name(name);
  if (!cdi_devices.empty()) return;
  resource.add_cdi_devices()->set_name("k8s." + driver + "/device=" + device);
}

void FakeKubelet::Remove(const std::string& pod_namespace, const std::string& pod) {
  const std::lock_guard lock(mutex_);
  auto& pods = *pods_.mutable_pod_resources();
  pods.erase(std::remove_if(pods.begin(), pods.end(),
                            [&](const v1::PodResources& each) {
                              return each.namespace_() == pod_namespace && each.name() == pod;
                            }),
             pods.end());
}

void FakeKubelet::AnswerWith(std::string bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ = std::move(bytes);
}

void FakeKubelet::Hang() {
  const std::lock_guard lock(mutex_);
  hangs_ = true;
}

void FakeKubelet::Release() {
  const std::lock_guard lock(mutex_);
  hangs_ = false;
  // On the queue's own thread: ThreadSanitizer does not see gRPC hand a call from
  // one to the other.
  release_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), &release_);
}

uint64_t FakeKubelet::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

v1::PodResources& FakeKubelet::PodOf(const std::string& pod_namespace, const std::string& pod) {
  for (v1::PodResources& each : *pods_.mutable_pod_resources()) {
    if (each.namespace_() == pod_namespace && each.name() == pod) return each;
  }
  v1::PodResources& added = *pods_.add_pod_resources();
  added.set_namespace_(pod_namespace);
  added.set_name(pod);
  return added;
}

std::string FakeKubelet::Answer() const {
  return bytes_.empty() ? pods_.SerializeAsString() : bytes_;
}

}  // namespace gpuscaler::fakes
