// A kubelet's PodResources socket for tests: a real gRPC server on a Unix
// socket, whose answers can change, hang or be nonsense while it runs.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/server.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fakes/temporary_folder.h"
#include "podresources.grpc.pb.h"

namespace gpuscaler::fakes {

class FakeKubelet {
 public:
  FakeKubelet();  // serves at once; the scaler's own pod is there, without a device
  ~FakeKubelet();
  FakeKubelet(const FakeKubelet&) = delete;
  FakeKubelet& operator=(const FakeKubelet&) = delete;

  const std::string& socket() const { return socket_; }

  // One container more of the pod, with these devices.
  void Hold(const std::string& pod_namespace, const std::string& pod,
            const std::vector<std::string>& device_ids,
            const std::string& resource = "nvidia.com/gpu");
  // One container more, with a claim of this device. `cdi_devices`: their names; empty:
  // one after the device, as the driver's earlier versions called it.
  void Claim(const std::string& pod_namespace, const std::string& pod, const std::string& device,
             const std::string& driver = "gpu.nvidia.com",
             const std::vector<std::string>& cdi_devices = {});
  void Remove(const std::string& pod_namespace, const std::string& pod);

  // What List answers from now on, whatever it is; empty: the pods again.
  void AnswerWith(std::string bytes);
  // Calls are taken and not answered, until Release.
  void Hang();
  void Release();

  // The socket goes, with what is under way, and comes back.
  void Stop();
  void Start();

  uint64_t calls() const;  // begun

 private:
  // Bytes, not messages: it can answer nonsense. One queue and one thread, which
  // ThreadSanitizer can follow.
  using Service = v1::PodResourcesLister::WithRawMethod_List<v1::PodResourcesLister::Service>;
  struct Call;

  void AwaitCall();
  void Serve();
  void Finish(Call& call);
  v1::PodResources& PodOf(const std::string& pod_namespace, const std::string& pod);
  std::string Answer() const;

  const TemporaryFolder folder_;
  const std::string socket_;
  mutable std::mutex mutex_;
  v1::ListPodResourcesResponse pods_;
  std::string bytes_;
  bool hangs_ = false;
  uint64_t calls_ = 0;
  std::vector<Call*> waiting_;
  grpc::Alarm release_;
  bool closed_ = false;
  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
};

}  // namespace gpuscaler::fakes
