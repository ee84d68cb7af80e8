// The gRPC server: ExternalScaler, Explainer, health and reflection on one port, one queue
// and one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "decision.pb.h"
#include "engines/scraping/scraper_options.h"
#include "scaling/evaluation.h"
#include "serving/decisions.h"
#include "serving/request_stats.h"
#include "serving/role.h"
#include "telemetry/store.h"

namespace grpc {
class ServerCredentials;
}  // namespace grpc

namespace gpuscaler::rpc {
class ConnectionGate;
}  // namespace gpuscaler::rpc

namespace gpuscaler::serving {

class ScalerServer {
 public:
  struct Options {
    std::string address;  // an IP literal; empty: every address
    uint16_t port = 6000;
    std::shared_ptr<grpc::ServerCredentials> credentials;  // TLS; empty: plaintext
    size_t max_connections = 1024;
    size_t max_streams = 4096;
    uint64_t max_memory_bytes = 0;  // of the process; 0: no limit
    scaling::EvaluationLimits limits;
    std::optional<engines::ScraperOptions> engines;  // empty: engines are not read
  };

  // `store` and what `role` calls must outlive the server.
  ScalerServer(const Options& options, telemetry::Store& store, Role role);
  ~ScalerServer();

  // ALREADY_EXISTS: the port is in use.
  absl::Status Start();
  // After Start.
  uint16_t port() const;
  rpc::ConnectionGate& gate();

  // Health turns NOT_SERVING, streams end with status OK, calls in flight
  // finish; what has not ended after `grace` is cancelled. Blocks.
  void Shutdown(base::Duration grace);

  // After Start, any thread.
  ConnectionStats Connections() const;
  std::vector<RequestStats> Requests() const;
  // Empty: engines are not read.
  std::optional<engines::ScraperStats> Engines() const;
  // What KEDA asked lately.
  Decisions& decisions();
  // As the RPC Explain, without waiting for an endpoint that is first read.
  decision::v1::Decision ExplainNow(const decision::v1::ExplainRequest& request) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gpuscaler::serving
