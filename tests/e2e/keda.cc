#include "e2e/keda.h"

#include <grpcpp/create_channel.h>

#include "base/strings.h"
#include "rpc/status.h"

namespace gpuscaler::e2e {
namespace {

using externalscaler::ExternalScaler;

void Bound(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + kCallPatience);
}

}  // namespace

std::shared_ptr<grpc::Channel> NewChannel(
    const std::string& host, uint16_t port,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // A connection of its own, and a new one soon after the last one broke.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  return grpc::CreateCustomChannel(base::StrCat(host, ":", port),
                                   credentials ? credentials : grpc::InsecureChannelCredentials(),
                                   arguments);
}

externalscaler::ScaledObjectRef MakeRef(const Metadata& metadata) {
  externalscaler::ScaledObjectRef ref;
  ref.set_name("inference");
  ref.set_namespace_("default");
  for (const auto& [key, value] : metadata) (*ref.mutable_scalermetadata())[key] = value;
  return ref;
}

Keda::Keda(uint16_t port, const std::string& host,
           const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : channel_(NewChannel(host, port, credentials)),
      scaler_(ExternalScaler::NewStub(channel_)),
      health_(grpc::health::v1::Health::NewStub(channel_)) {}

absl::StatusOr<externalscaler::MetricValue> Keda::Metric(const Metadata& metadata,
                                                         const std::string& name) {
  grpc::ClientContext context;
  Bound(context);
  externalscaler::GetMetricsRequest request;
  *request.mutable_scaledobjectref() = MakeRef(metadata);
  request.set_metricname(name);
  externalscaler::GetMetricsResponse response;
  const grpc::Status status = scaler_->GetMetrics(&context, request, &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  if (response.metricvalues_size() != 1) return absl::DataLossError("not one value");
  return response.metricvalues(0);
}

absl::StatusOr<double> Keda::Value(const Metadata& metadata, const std::string& name) {
  const auto metric = Metric(metadata, name);
  if (!metric.ok()) return metric.status();
  return metric->metricvaluefloat();
}

absl::StatusOr<bool> Keda::IsActive(const Metadata& metadata) {
  grpc::ClientContext context;
  Bound(context);
  externalscaler::IsActiveResponse response;
  const grpc::Status status = scaler_->IsActive(&context, MakeRef(metadata), &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  return response.result();
}

absl::StatusOr<externalscaler::MetricSpec> Keda::Spec(const Metadata& metadata) {
  grpc::ClientContext context;
  Bound(context);
  externalscaler::GetMetricSpecResponse response;
  const grpc::Status status = scaler_->GetMetricSpec(&context, MakeRef(metadata), &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  if (response.metricspecs_size() != 1) return absl::DataLossError("not one spec");
  return response.metricspecs(0);
}

std::string Keda::Health() {
  using grpc::health::v1::HealthCheckResponse;
  grpc::ClientContext context;
  Bound(context);
  HealthCheckResponse response;
  const grpc::Status status = health_->Check(&context, {}, &response);
  if (!status.ok()) return rpc::FromGrpc(status).ToString();
  return HealthCheckResponse::ServingStatus_Name(response.status());
}

std::unique_ptr<ActiveStream> Keda::StreamIsActive(const Metadata& metadata) {
  auto stream = std::make_unique<ActiveStream>();
  stream->reader = scaler_->StreamIsActive(&stream->context, MakeRef(metadata));
  return stream;
}

std::unique_ptr<SpecStream> Keda::StreamMetricSpec(const Metadata& metadata) {
  auto stream = std::make_unique<SpecStream>();
  stream->reader = scaler_->StreamMetricSpec(&stream->context, MakeRef(metadata));
  return stream;
}

}  // namespace gpuscaler::e2e
