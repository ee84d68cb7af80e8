#include "fakes/kubelet/fake_kubelet.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace gpuscaler::fakes {
namespace {

std::string NewFolder() {
  char folder[] = "/tmp/fake-kubelet-XXXXXX";
  return mkdtemp(folder) == nullptr ? "/tmp" : folder;
}

}  // namespace

// One List call, alive until gRPC is done with it.
class FakeKubelet::Call final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Call(FakeKubelet& kubelet) : kubelet_(kubelet) { StartRead(&request_); }

  void OnReadDone(bool) override {
    const std::lock_guard lock(kubelet_.mutex_);
    ++kubelet_.calls_;
    if (kubelet_.hangs_ && !gone_) {
      kubelet_.waiting_.push_back(this);
    } else {
      Answer();
    }
  }
  void OnCancel() override {
    const std::lock_guard lock(kubelet_.mutex_);
    gone_ = true;
    const auto waits = std::find(kubelet_.waiting_.begin(), kubelet_.waiting_.end(), this);
    if (waits == kubelet_.waiting_.end()) return;
    kubelet_.waiting_.erase(waits);
    Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

  // Under the kubelet's mutex, once.
  void Answer() {
    const grpc::Slice slice(kubelet_.Answer());
    response_ = grpc::ByteBuffer(&slice, 1);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

 private:
  FakeKubelet& kubelet_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  bool gone_ = false;
};

class FakeKubelet::Service final : public grpc::CallbackGenericService {
 public:
  explicit Service(FakeKubelet& kubelet) : kubelet_(kubelet) {}
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Call(kubelet_);
  }

 private:
  FakeKubelet& kubelet_;
};

FakeKubelet::FakeKubelet() : socket_(NewFolder() + "/kubelet.sock") {
  Start();
}

FakeKubelet::~FakeKubelet() {
  Stop();
  rmdir(socket_.substr(0, socket_.rfind('/')).c_str());
}

void FakeKubelet::Start() {
  service_ = std::make_unique<Service>(*this);
  grpc::ServerBuilder builder;
  builder.SetMaxSendMessageSize(-1);
  builder.AddListeningPort("unix:" + socket_, grpc::InsecureServerCredentials());
  builder.RegisterCallbackGenericService(service_.get());
  server_ = builder.BuildAndStart();
}

void FakeKubelet::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
  unlink(socket_.c_str());
}

void FakeKubelet::Hold(const std::string& pod_namespace, const std::string& pod,
                       const std::vector<std::string>& device_ids, const std::string& resource) {
  const std::lock_guard lock(mutex_);
  v1::ContainerDevices& devices = *PodOf(pod_namespace, pod).add_containers()->add_devices();
  devices.set_resource_name(resource);
  for (const std::string& id : device_ids) devices.add_device_ids(id);
}

void FakeKubelet::Claim(const std::string& pod_namespace, const std::string& pod,
                        const std::string& device, const std::string& driver) {
  const std::lock_guard lock(mutex_);
  v1::DynamicResource& claim = *PodOf(pod_namespace, pod).add_containers()->add_dynamic_resources();
  claim.set_claim_name(pod + "-gpu");
  claim.set_claim_namespace(pod_namespace);
  v1::ClaimResource& resource = *claim.add_claim_resources();
  resource.set_driver_name(driver);
  resource.set_pool_name("node-pool");
  resource.set_device_name(device);
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
  for (Call* call : std::exchange(waiting_, {})) call->Answer();
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
