// What every role shows to the outside: KEDA's contract, probes and metrics, and the
// server's look at itself.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "cli/front_options.h"
#include "rpc/certificate_watch.h"
#include "serving/role.h"
#include "serving/scaler_server.h"
#include "serving/self_check.h"
#include "telemetry/store.h"
#include "web/api.h"
#include "web/http_server.h"
#include "web/recent_workloads.h"

namespace gpuscaler::cli {

class Front {
 public:
  // What differs by role. These run on the threads of HTTP, from before Start returns,
  // but none before Open.
  struct Parts {
    serving::Role role;
    // Whether the parts behind the front make progress.
    std::function<absl::Status(base::SteadyTime now)> live;
    std::function<std::string(base::SteadyTime now)> metrics;
    web::ProgramFacts facts;
  };

  // `store`, what `parts` call and `certificates` must outlive it; nullptr:
  // plaintext.
  Front(const FrontOptions& options, telemetry::Store& store, Parts parts,
        const rpc::CertificateWatch* certificates);

  // Listens. An error: a port could not be had.
  absl::Status Start();
  // The parts behind it can be asked.
  void Open();

  // From here on it is not ready.
  void Drain();
  // Streams end, calls in flight finish.
  void Stop();

  // Any thread, after Start.
  const serving::ScalerServer& server() const { return server_; }
  std::optional<serving::ConnectionStats> Connections() const;
  std::optional<web::HttpStats> Http() const;
  // The thread of the pages only.
  web::RecentWorkloads& workloads() { return workloads_; }

 private:
  absl::Status StartHttp();
  absl::StatusOr<std::unique_ptr<web::HttpServer>> Listen(std::string thread, uint16_t port,
                                                          std::vector<web::HttpRoute> routes) const;
  std::vector<web::HttpRoute> MetricsRoutes();
  absl::Status Live() const;
  absl::Status Ready() const;

  const FrontOptions options_;
  const Parts parts_;
  const rpc::CertificateWatch* const certificates_;  // not owned
  serving::ScalerServer server_;
  bool serving_ = false;
  std::atomic<bool> open_{false};
  std::atomic<bool> draining_{false};
  web::RecentWorkloads workloads_;
  web::Api api_;
  // Whatever is asked of the pages, the kubelet is answered: each has its thread.
  std::unique_ptr<web::HttpServer> pages_;
  std::unique_ptr<web::HttpServer> probes_;
  std::optional<serving::SelfCheck> self_check_;
};

}  // namespace gpuscaler::cli
