#include "keda/keda_client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cmath>

#include "base/strings.h"
#include "externalscaler.grpc.pb.h"
#include "health.grpc.pb.h"
#include "rpc/client_channel.h"
#include "rpc/status.h"

namespace gpuscaler::keda {
namespace {

struct Call {
  Call() { context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2)); }
  grpc::ClientContext context;
};

}  // namespace

externalscaler::ScaledObjectRef Reference(const manifests::ScaledObject& object,
                                          const manifests::ScaledObjectTrigger& trigger) {
  externalscaler::ScaledObjectRef reference;
  reference.set_name(object.name);
  reference.set_namespace_(object.object_namespace);
  reference.mutable_scalermetadata()->insert(trigger.metadata.begin(), trigger.metadata.end());
  return reference;
}

struct KedaClient::Impl {
  std::unique_ptr<externalscaler::ExternalScaler::Stub> stub;
  std::unique_ptr<grpc::health::v1::Health::Stub> health;
};

KedaClient::KedaClient(const std::string& address,
                       const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                       const std::string& server_name)
    : impl_(std::make_unique<Impl>()) {
  const auto channel = rpc::ClientChannel(address, credentials, server_name);
  impl_->stub = externalscaler::ExternalScaler::NewStub(channel);
  impl_->health = grpc::health::v1::Health::NewStub(channel);
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

absl::Status KedaClient::Health() {
  Call call;
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = impl_->health->Check(&call.context, {}, &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  using Response = grpc::health::v1::HealthCheckResponse;
  if (response.status() == Response::SERVING) return absl::OkStatus();
  return absl::UnavailableError(
      base::StrCat("it says ", Response::ServingStatus_Name(response.status())));
}

absl::StatusOr<bool> KedaClient::FirstPush(const manifests::ScaledObject& object,
                                           const manifests::ScaledObjectTrigger& trigger) {
  Call call;
  const auto stream = impl_->stub->StreamIsActive(&call.context, Reference(object, trigger));
  externalscaler::IsActiveResponse response;
  if (stream->Read(&response)) {
    call.context.TryCancel();
    static_cast<void>(stream->Finish());
    return response.result();
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return rpc::FromGrpc(status);
  return absl::InternalError("the stream ended without a message");
}

}  // namespace gpuscaler::keda
