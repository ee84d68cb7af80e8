#include "cli/keda_client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cmath>

#include "base/strings.h"
#include "externalscaler.grpc.pb.h"
#include "rpc/status.h"

namespace gpuscaler::cli {
namespace {

struct Call {
  Call() { context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2)); }
  grpc::ClientContext context;
};

externalscaler::ScaledObjectRef Reference(const manifests::ScaledObject& object,
                                          const manifests::ScaledObjectTrigger& trigger) {
  externalscaler::ScaledObjectRef reference;
  reference.set_name(object.name);
  reference.set_namespace_(object.object_namespace);
  reference.mutable_scalermetadata()->insert(trigger.metadata.begin(), trigger.metadata.end());
  return reference;
}

}  // namespace

struct KedaClient::Impl {
  std::unique_ptr<externalscaler::ExternalScaler::Stub> stub;
};

KedaClient::KedaClient(const std::string& address,
                       const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                       const std::string& server_name)
    : impl_(std::make_unique<Impl>()) {
  grpc::ChannelArguments arguments;
  if (!server_name.empty()) arguments.SetSslTargetNameOverride(server_name);
  impl_->stub = externalscaler::ExternalScaler::NewStub(
      grpc::CreateCustomChannel(address, credentials, arguments));
}

KedaClient::~KedaClient() = default;

absl::StatusOr<MetricSpec> KedaClient::GetMetricSpec(
    const manifests::ScaledObject& object, const manifests::ScaledObjectTrigger& trigger) {
  Call call;
  externalscaler::GetMetricSpecResponse response;
  const grpc::Status status =
      impl_->stub->GetMetricSpec(&call.context, Reference(object, trigger), &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  if (response.metricspecs_size() == 0) {
    return absl::InternalError("the scaler announced no metric");
  }
  const externalscaler::MetricSpec& spec = response.metricspecs(0);
  // KEDA reads the float field where it is above 0.
  const double target =
      spec.targetsizefloat() > 0 ? spec.targetsizefloat() : static_cast<double>(spec.targetsize());
  if (!(target >= 0.001) || !std::isfinite(target)) {
    return absl::InternalError(
        base::StrCat("the scaler announced the target ", target, "; HPA needs 0.001 or more"));
  }
  return MetricSpec{spec.metricname(), target};
}

absl::StatusOr<PollAnswer> KedaClient::Poll(const manifests::ScaledObject& object,
                                            const manifests::ScaledObjectTrigger& trigger,
                                            const std::string& metric_name) {
  PollAnswer answer;
  externalscaler::GetMetricsRequest request;
  *request.mutable_scaledobjectref() = Reference(object, trigger);
  request.set_metricname(metric_name);
  {
    Call call;
    externalscaler::GetMetricsResponse response;
    const grpc::Status status = impl_->stub->GetMetrics(&call.context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    if (response.metricvalues_size() == 0) return absl::InternalError("the scaler sent no value");
    const externalscaler::MetricValue& value = response.metricvalues(0);
    answer.value = value.metricvaluefloat() > 0 ? value.metricvaluefloat()
                                                : static_cast<double>(value.metricvalue());
  }
  Call call;
  externalscaler::IsActiveResponse response;
  const grpc::Status status =
      impl_->stub->IsActive(&call.context, request.scaledobjectref(), &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  answer.active = response.result();
  return answer;
}

}  // namespace gpuscaler::cli
