#include "cli/node.h"

#include <grpcpp/security/credentials.h>

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "cli/host_name.h"
#include "cli/version.h"
#include "rpc/client_credentials.h"
#include "serving/liveness.h"
#include "web/node_metrics.h"

namespace gpuscaler::cli {
namespace {

// What the parts get to end.
constexpr base::Duration kPartGrace = std::chrono::milliseconds(500);

std::string NodeName(const NodeOptions& options) {
  return options.node_name.empty() ? HostName() : options.node_name;
}

// `certificates`: nullptr for plaintext.
fleet::CredentialsSource ReportCredentials(const rpc::CertificateWatch* certificates) {
  if (certificates == nullptr) return [] { return grpc::InsecureChannelCredentials(); };
  return [certificates] { return rpc::TlsClientCredentials(*certificates); };
}

std::vector<sources::LaneStats> AllStats(const sources::Sampler& sampler) {
  std::vector<sources::LaneStats> lanes;
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    lanes.push_back(sampler.Stats(static_cast<catalog::Lane>(i)));
  }
  return lanes;
}

}  // namespace

Node::Node(const FrontOptions& front, NodeOptions options, std::unique_ptr<sources::Source> source,
           std::unique_ptr<rpc::CertificateWatch> certificates)
    : options_(std::move(options)),
      stale_after_(front.stale_after.value),
      source_(std::move(source)),
      certificates_(std::move(certificates)),
      front_(front, store_,
             {serving::NodeRole(store_, stale_after_),
              [this](base::SteadyTime now) { return Live(now); },
              [this](base::SteadyTime now) { return Metrics(now); },
              {std::string(kVersion), "node", std::string(source_->name()), NodeName(options_)}},
             certificates_.get()) {}

absl::Status Node::Start() {
  // Ports before hardware: what cannot be served should fail before that is touched.
  if (absl::Status started = front_.Start(); !started.ok()) return started;
  sources::Sampler::Options sampling;
  sampling.node = NodeName(options_);
  sampling.periods = {options_.fast_interval.value, options_.poll_interval.value,
                      options_.poll_interval.value};
  sampler_.emplace(sampling, *source_, store_);
  if (!options_.pod_resources_socket.empty()) {
    workloads::PodWatch::Options watch;
    watch.socket = options_.pod_resources_socket;
    watch.extra_resources = options_.gpu_resources;
    watch.own_pod = {options_.pod_namespace, options_.pod_name};
    // CheckNode did so.
    watch.cdi_directories = *workloads::CdiSpecs::ParseDirectories(options_.cdi_spec_dirs);
    pods_.emplace(
        watch, [this] { return Identities(); },
        [this](std::shared_ptr<const telemetry::Ownership> ownership) {
          sampler_->SetOwnership(std::move(ownership));
        });
  }
  if (!options_.report_to.empty()) {
    fleet::Reporter::Options reporting;
    reporting.gateways = *fleet::ParseGatewayNames(options_.report_to);  // CheckNode did so
    reporting.link.version = kVersion;
    if (!options_.report_tls.authorities.empty()) {
      report_certificates_ = rpc::CertificateWatch::StartAnyway(options_.report_tls);
    }
    reporting.link.credentials = ReportCredentials(report_certificates_.get());
    reporting.link.tls = report_certificates_ != nullptr;
    reporter_.emplace(std::move(reporting), store_);
  }
  front_.Open();
  return absl::OkStatus();
}

absl::Status Node::Stop() {
  front_.Drain();
  if (pods_) pods_->RequestStop();
  front_.Stop();
  // In this order: each hands what it learns to the next one.
  if (pods_ && !pods_->StopWithin(kPartGrace)) {
    return absl::DeadlineExceededError("a call to the kubelet hangs");
  }
  if (sampler_ && !sampler_->StopWithin(kPartGrace)) {
    return absl::DeadlineExceededError("a read hangs in the driver");
  }
  if (reporter_ && !reporter_->StopWithin(kPartGrace)) {
    return absl::DeadlineExceededError("looking up the gateways' name hangs");
  }
  return absl::OkStatus();
}

workloads::Identities Node::Identities() const {
  workloads::Identities identities;
  const auto view = store_.Load();  // not in the loop's head: it would not outlive it
  for (const auto& node : view->nodes()) {
    for (const telemetry::GpuSnapshot& gpu : node->gpus) identities.push_back(gpu.identity);
  }
  return identities;
}

absl::Status Node::Live(base::SteadyTime now) const {
  serving::LivenessFacts facts;
  const auto lanes = AllStats(*sampler_);
  for (size_t i = 0; i < lanes.size(); ++i) facts.lane_busy_since[i] = lanes[i].busy_since;
  facts.source_fatal = source_->fatal();
  return serving::Alive(facts, now);
}

std::string Node::Metrics(base::SteadyTime now) const {
  const auto view = store_.Load();
  const auto lanes = AllStats(*sampler_);
  const auto requests = front_.server().Requests();
  web::NodeMetrics metrics = {*view,
                              stale_after_,
                              lanes,
                              {requests,
                               {kVersion, source_->name()},
                               front_.Connections(),
                               front_.Http(),
                               web::ReadProcessStats(),
                               front_.server().Engines()}};
  if (reporter_) metrics.reports = reporter_->stats();
  return web::WriteNodeMetrics(metrics, now);
}

}  // namespace gpuscaler::cli
