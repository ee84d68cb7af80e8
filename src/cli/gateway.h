// The program as it runs for a whole cluster: nodes report to it, and it answers
// KEDA for all of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "cli/front.h"
#include "cli/gateway_options.h"
#include "cli/program.h"
#include "fleet/collector.h"
#include "fleet/hot_gpus.h"
#include "rpc/certificate_watch.h"
#include "rpc/server.h"
#include "telemetry/store.h"

namespace gpuscaler::cli {

class Gateway final : public Program {
 public:
  // `certificates` of KEDA's port, `report_certificates` of the nodes'; nullptr:
  // plaintext.
  Gateway(const FrontOptions& front, const GatewayOptions& options,
          std::unique_ptr<rpc::CertificateWatch> certificates,
          std::unique_ptr<rpc::CertificateWatch> report_certificates);

  absl::Status Start() override;
  [[nodiscard]] absl::Status Stop() override;

 private:
  absl::Status Live(base::SteadyTime now);
  std::string Metrics(base::SteadyTime now);

  const base::Duration stale_after_;
  const uint16_t report_port_;
  const std::unique_ptr<rpc::CertificateWatch> certificates_;
  const std::unique_ptr<rpc::CertificateWatch> report_certificates_;
  telemetry::Store store_;
  fleet::HotGpus hot_;
  fleet::Collector collector_;
  // When the reports' loop was last woken to show that it runs, and when it did.
  std::atomic<base::SteadyTime> asked_at_{base::SteadyTime()};
  std::atomic<base::SteadyTime> answered_at_{base::SteadyTime()};
  // A server of its own: gRPC serves all its services on all its ports, and this
  // one takes nothing but reports.
  rpc::Server reports_;
  Front front_;
};

}  // namespace gpuscaler::cli
