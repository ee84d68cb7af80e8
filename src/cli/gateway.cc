#include "cli/gateway.h"

#include <memory>
#include <utility>

#include "cli/tls_options.h"
#include "cli/version.h"
#include "fleet/report_method.h"
#include "fleet/report_stream.h"
#include "rpc/server_credentials.h"
#include "web/fleet_series.h"
#include "web/server_series.h"

namespace gpuscaler::cli {
namespace {

constexpr base::Duration kReportsGrace = std::chrono::seconds(1);
constexpr base::Duration kLoopHangsAfter = std::chrono::seconds(30);
constexpr int kUsualReport = 2048;
// A node whose stream is refused tries again much sooner.
constexpr base::Duration kMostIdle = std::chrono::seconds(30);

fleet::Collector::Options CollectorOptions(const FrontOptions& front,
                                           const GatewayOptions& options) {
  fleet::Collector::Options collector;
  collector.forget_after = front.forget_after.value;
  collector.limits = {options.max_nodes, front.max_memory_mib << 20};
  return collector;
}

rpc::ServerOptions ReportOptions(const FrontOptions& front, const GatewayOptions& options,
                                 const rpc::CertificateWatch* certificates) {
  rpc::ServerOptions server;
  server.address = front.bind_address;
  server.port = options.report_port;
  if (certificates != nullptr) server.credentials = rpc::TlsServerCredentials(*certificates);
  // A node that comes again may still have its old connection.
  server.connections.most = 2 * options.max_nodes;
  server.connections.memory_bytes = front.max_memory_mib << 20;
  server.max_streams = 2 * options.max_nodes;
  server.max_request_bytes = fleet::ReportStream::kLargestMessage;
  server.read_chunk_bytes = kUsualReport;
  server.most_idle = kMostIdle;
  return server;
}

}  // namespace

Gateway::Gateway(const FrontOptions& front, const GatewayOptions& options,
                 std::unique_ptr<rpc::CertificateWatch> certificates,
                 std::unique_ptr<rpc::CertificateWatch> report_certificates)
    : stale_after_(front.stale_after.value),
      report_port_(options.report_port),
      certificates_(std::move(certificates)),
      report_certificates_(std::move(report_certificates)),
      hot_([this] { reports_.Wake(); }),
      collector_(CollectorOptions(front, options), store_, hot_),
      reports_(ReportOptions(front, options, report_certificates_.get())),
      front_(front, store_,
             {serving::GatewayRole(collector_.warm_up(), collector_.turned_away(), hot_),
              [this](base::SteadyTime now) { return Live(now); },
              [this](base::SteadyTime now) { return Metrics(now); },
              {std::string(kVersion), "gateway", "", ""}},
             certificates_.get()) {
  reports_.AddConversation(fleet::kFleetService, fleet::kReportMethod,
                           [this](const rpc::Caller& caller) {
                             return std::make_unique<fleet::ReportStream>(collector_, caller);
                           });
}

absl::Status Gateway::Start() {
  // Reports first: the scaler's streams wake their server.
  const auto woken = [this](base::SteadyTime now) { answered_at_.store(now); };
  if (absl::Status started = reports_.Start(woken); !started.ok()) return started;
  if (absl::Status started = front_.Start(); !started.ok()) return started;
  front_.Open();
  LogTrust(report_certificates_.get(), report_port_, "--report-client-ca");
  return absl::OkStatus();
}

absl::Status Gateway::Stop() {
  front_.Drain();
  front_.Stop();
  reports_.Shutdown(kReportsGrace);
  return absl::OkStatus();
}

// A probe asks, and the next one looks whether there was an answer.
absl::Status Gateway::Live(base::SteadyTime now) {
  const base::SteadyTime asked_at = asked_at_.load();
  if (asked_at > answered_at_.load()) {
    if (now - asked_at <= kLoopHangsAfter) return absl::OkStatus();
    return absl::UnavailableError(base::StrCat("the loop of the reports does not answer for ",
                                               base::FormatSeconds(now - asked_at)));
  }
  asked_at_.store(now);
  reports_.Wake();
  return collector_.Publishes(now);
}

std::string Gateway::Metrics(base::SteadyTime now) {
  web::Exposition page;
  const rpc::ConnectionGate& gate = reports_.gate();
  const auto view = store_.Load();
  web::WriteFleetSeries(*view, front_.workloads().Of(*view, stale_after_, now), collector_.stats(),
                        {gate.accepted(), gate.refused(), gate.closed(), gate.open()}, stale_after_,
                        now, page);
  const auto requests = front_.server().Requests();
  web::WriteServerSeries({requests,
                          {kVersion, "gateway"},
                          front_.Connections(),
                          front_.Http(),
                          web::ReadProcessStats(),
                          front_.server().Engines()},
                         page);
  return std::move(page).Text();
}

}  // namespace gpuscaler::cli
