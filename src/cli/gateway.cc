#include "cli/gateway.h"

#include <memory>
#include <utility>

#include "fleet/report_stream.h"
#include "web/fleet_series.h"

namespace gpuscaler::cli {
namespace {

constexpr base::Duration kReportsGrace = std::chrono::seconds(1);
// Of a node with thousands of pods.
constexpr int kLargestReport = 1 << 20;

fleet::Collector::Options CollectorOptions(const FrontOptions& front,
                                           const GatewayOptions& options) {
  fleet::Collector::Options collector;
  collector.forget_after = front.forget_after.value;
  collector.max_nodes = options.max_nodes;
  return collector;
}

rpc::ServerOptions ReportOptions(const FrontOptions& front, const GatewayOptions& options) {
  rpc::ServerOptions server;
  server.address = front.bind_address;
  server.port = options.report_port;
  // A node that comes again may still have its old connection.
  server.connections.most = 2 * options.max_nodes;
  server.connections.memory_bytes = front.max_memory_mib << 20;
  server.max_streams = 2 * options.max_nodes;
  server.max_request_bytes = kLargestReport;
  return server;
}

}  // namespace

Gateway::Gateway(const FrontOptions& front, const GatewayOptions& options)
    : stale_after_(front.stale_after.value),
      hot_([this] { reports_.Wake(); }),
      collector_(CollectorOptions(front, options), store_, hot_),
      reports_(ReportOptions(front, options)),
      front_(front, store_,
             {serving::GatewayRole(collector_.warm_up(), hot_),
              [](base::SteadyTime) { return absl::OkStatus(); },
              [this](base::SteadyTime now) { return Metrics(now); }}) {
  reports_.AddConversation(fleet::kFleetService, fleet::kReportMethod,
                           [this](const rpc::Caller& caller) {
                             return std::make_unique<fleet::ReportStream>(collector_, caller);
                           });
}

absl::Status Gateway::Start() {
  // Reports first: the scaler's streams wake their server.
  if (absl::Status started = reports_.Start([](base::SteadyTime) {}); !started.ok()) {
    return started;
  }
  if (absl::Status started = front_.Start(); !started.ok()) return started;
  front_.Open();
  return absl::OkStatus();
}

absl::Status Gateway::Stop() {
  front_.Drain();
  front_.Stop();
  reports_.Shutdown(kReportsGrace);
  return absl::OkStatus();
}

std::string Gateway::Metrics(base::SteadyTime now) const {
  web::Exposition page;
  web::WriteFleetSeries(*store_.Load(), collector_.stats(), stale_after_, now, page);
  return std::move(page).Text();
}

}  // namespace gpuscaler::cli
