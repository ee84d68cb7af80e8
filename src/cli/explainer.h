// Who answers `explain`: a running scaler, or this machine's own GPUs.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "decision.pb.h"
#include "sources/source.h"

namespace grpc {
class ChannelCredentials;
}  // namespace grpc

namespace gpuscaler::cli {

class Explainer {
 public:
  virtual ~Explainer() = default;
  // An error: it was not answered at all.
  virtual absl::StatusOr<decision::v1::Decision> Explain(
      const decision::v1::ExplainRequest& request) = 0;
  // Whether a read hangs in the driver: then the process can only leave by _Exit.
  virtual bool hangs() const { return false; }
};

// Over gRPC, two seconds for each call. FAILED_PRECONDITION: the server has no such RPC.
// `server_name`: in the certificate, where it is not HOST.
std::unique_ptr<Explainer> RemoteExplainer(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& server_name);

// Reads the GPUs once, here and now, and who holds them where `pod_resources_socket` is.
// What cannot be read is the decisions' error.
std::unique_ptr<Explainer> LocalExplainer(std::unique_ptr<sources::Source> source,
                                          const std::string& pod_resources_socket);

}  // namespace gpuscaler::cli
