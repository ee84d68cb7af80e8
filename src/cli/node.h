// The program as it runs on a GPU node: store, gRPC, HTTP, source and sampler,
// constructed in the order in which they depend on each other and taken down in
// the other.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "cli/node_options.h"
#include "rpc/certificate_watch.h"
#include "serving/scaler_server.h"
#include "serving/self_check.h"
#include "sources/sampler.h"
#include "sources/source.h"
#include "telemetry/store.h"
#include "web/http_server.h"
#include "workloads/pod_watch.h"

namespace gpuscaler::cli {

class Node {
 public:
  // `certificates` of the gRPC server, which must outlive the node; nullptr:
  // plaintext.
  Node(NodeOptions options, std::unique_ptr<sources::Source> source,
       const rpc::CertificateWatch* certificates);

  // An error: a port could not be had.
  absl::Status Start();

  // Streams end, calls in flight finish. False: a read hangs in the driver, and
  // the destructor would wait for it.
  [[nodiscard]] bool Stop();

 private:
  absl::Status StartHttp();

  // The GPUs that the store knows.
  workloads::Identities Identities() const;

  // These run on the HTTP thread, from before the sampler exists.
  absl::Status Live() const;
  absl::Status Ready() const;
  web::HttpResponse Metrics() const;

  const NodeOptions options_;
  const std::unique_ptr<sources::Source> source_;
  telemetry::Store store_;
  serving::ScalerServer server_;
  bool serving_ = false;
  std::atomic<bool> complete_{false};  // sampler and self-check can be asked
  std::atomic<bool> draining_{false};
  std::unique_ptr<web::HttpServer> http_;
  std::optional<sources::Sampler> sampler_;
  std::optional<workloads::PodWatch> pods_;
  std::optional<serving::SelfCheck> self_check_;
};

}  // namespace gpuscaler::cli
