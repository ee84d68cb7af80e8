// The program as it runs on a GPU node: store, front, source and sampler, who holds
// the GPUs, reports to gateways; constructed in the order in which they depend on
// each other and taken down in the other.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "cli/front.h"
#include "cli/node_options.h"
#include "cli/program.h"
#include "fleet/reporter.h"
#include "sources/sampler.h"
#include "sources/source.h"
#include "telemetry/store.h"
#include "workloads/pod_watch.h"

namespace gpuscaler::cli {

class Node final : public Program {
 public:
  // `certificates` of the gRPC server; nullptr: plaintext.
  Node(const FrontOptions& front, NodeOptions options, std::unique_ptr<sources::Source> source,
       std::unique_ptr<rpc::CertificateWatch> certificates);

  absl::Status Start() override;
  [[nodiscard]] absl::Status Stop() override;

 private:
  // The GPUs that the store knows.
  workloads::Identities Identities() const;

  // On the threads of HTTP.
  absl::Status Live(base::SteadyTime now) const;
  std::string Metrics(base::SteadyTime now) const;

  const NodeOptions options_;
  const base::Duration stale_after_;
  const std::unique_ptr<sources::Source> source_;
  const std::unique_ptr<rpc::CertificateWatch> certificates_;
  telemetry::Store store_;
  Front front_;
  std::optional<sources::Sampler> sampler_;
  std::optional<workloads::PodWatch> pods_;
  std::unique_ptr<rpc::CertificateWatch> report_certificates_;
  std::optional<fleet::Reporter> reporter_;
};

}  // namespace gpuscaler::cli
