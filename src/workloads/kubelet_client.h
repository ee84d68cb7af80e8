// Asks the kubelet which pod holds which device.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace v1 {
class ListPodResourcesResponse;
}  // namespace v1

namespace gpuscaler::workloads {

class KubeletClient {
 public:
  static constexpr const char* kDefaultSocket = "/var/lib/kubelet/pod-resources/kubelet.sock";
  // Answers of up to this size are read; gRPC's own limit of 4 MiB is too low
  // for nodes with many pods.
  static constexpr int kMostBytes = 16 << 20;

  // `socket`: the path of the PodResources socket.
  explicit KubeletClient(std::string socket);
  ~KubeletClient();

  // Blocks for at most `patience`. UNAVAILABLE, DEADLINE_EXCEEDED or what else
  // the kubelet says, naming the socket.
  absl::StatusOr<std::unique_ptr<v1::ListPodResourcesResponse>> List(base::Duration patience);

 private:
  struct Impl;
  const std::string socket_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gpuscaler::workloads
