// Asks an external scaler as KEDA's operator does: the specs once, then the
// value and the activity at each poll.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "externalscaler.pb.h"
#include "manifests/scaled_object.h"

namespace grpc {
class ChannelCredentials;
}  // namespace grpc

namespace gpuscaler::keda {

// As KEDA names a trigger to its scaler.
externalscaler::ScaledObjectRef Reference(const manifests::ScaledObject& object,
                                          const manifests::ScaledObjectTrigger& trigger);

struct MetricSpec {
  std::string metric_name;
  double target = 0;
};

struct PollAnswer {
  double value = 0;
  bool active = false;
};

class KedaClient {
 public:
  // `address`: HOST:PORT. `server_name`: in the certificate, where it is not HOST.
  KedaClient(const std::string& address,
             const std::shared_ptr<grpc::ChannelCredentials>& credentials,
             const std::string& server_name);
  ~KedaClient();

  // Each waits at most two seconds. Errors are the scaler's, or UNAVAILABLE.
  absl::StatusOr<MetricSpec> GetMetricSpec(const manifests::ScaledObject& object,
                                           const manifests::ScaledObjectTrigger& trigger);
  absl::StatusOr<PollAnswer> Poll(const manifests::ScaledObject& object,
                                  const manifests::ScaledObjectTrigger& trigger,
                                  const std::string& metric_name);

  // Of the server as a whole: OK; UNAVAILABLE: it says that it does not serve.
  absl::Status Health();
  // The first message of StreamIsActive, which comes at once.
  absl::StatusOr<bool> FirstPush(const manifests::ScaledObject& object,
                                 const manifests::ScaledObjectTrigger& trigger);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gpuscaler::keda
