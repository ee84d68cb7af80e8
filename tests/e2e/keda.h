// Calls a scaler as KEDA does, over TCP.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "externalscaler.grpc.pb.h"
#include "health.grpc.pb.h"

namespace gpuscaler::e2e {

using Metadata = std::map<std::string, std::string>;

// Ends well before a test would be given up.
inline constexpr std::chrono::seconds kCallPatience{20};

// `credentials`: empty for plaintext.
std::shared_ptr<grpc::Channel> NewChannel(
    const std::string& host, uint16_t port,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials = nullptr);

externalscaler::ScaledObjectRef MakeRef(const Metadata& metadata);

// An open stream of `Response`.
template <class Response>
class Stream {
 public:
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<Response>> reader;

  Stream() { context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60)); }
  ~Stream() { context.TryCancel(); }

  // Empty: the stream has ended.
  std::optional<Response> Read() {
    Response response;
    if (reader->Read(&response)) return response;
    return std::nullopt;
  }
};
using ActiveStream = Stream<externalscaler::IsActiveResponse>;
using SpecStream = Stream<externalscaler::GetMetricSpecResponse>;

class Keda {
 public:
  explicit Keda(uint16_t port, const std::string& host = "127.0.0.1",
                const std::shared_ptr<grpc::ChannelCredentials>& credentials = nullptr);

  absl::StatusOr<externalscaler::MetricValue> Metric(const Metadata& metadata,
                                                     const std::string& name = "keda_gpu_metric");
  absl::StatusOr<double> Value(const Metadata& metadata,
                               const std::string& name = "keda_gpu_metric");
  absl::StatusOr<bool> IsActive(const Metadata& metadata);
  absl::StatusOr<externalscaler::MetricSpec> Spec(const Metadata& metadata);
  // "SERVING", "NOT_SERVING", or the call's error.
  std::string Health();

  std::unique_ptr<ActiveStream> StreamIsActive(const Metadata& metadata);
  std::unique_ptr<SpecStream> StreamMetricSpec(const Metadata& metadata);

  externalscaler::ExternalScaler::Stub& stub() { return *scaler_; }
  const std::shared_ptr<grpc::Channel>& channel() { return channel_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<externalscaler::ExternalScaler::Stub> scaler_;
  std::unique_ptr<grpc::health::v1::Health::Stub> health_;
};

}  // namespace gpuscaler::e2e
