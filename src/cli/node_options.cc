#include "cli/node_options.h"

#include <CLI/CLI.hpp>
#include <string_view>

#include "base/strings.h"
#include "cli/front_options.h"
#include "fleet/gateway_names.h"

namespace gpuscaler::cli {

void AddNodeFlags(CLI::App& app, NodeOptions& options) {
  app.add_option("--node-name", options.node_name,
                 "Name of this node in answers and logs; empty: the host's name")
      ->envname("NODE_NAME");
  app.add_option("--fast-interval", options.fast_interval,
                 "Period of the fast lane: utilization and memory")
      ->capture_default_str();
  app.add_option("--poll-interval", options.poll_interval,
                 "Period of the full and the bandwidth lane: everything else")
      ->capture_default_str();
  app.add_option("--pod-resources-socket", options.pod_resources_socket,
                 "The kubelet's PodResources socket, which tells whose pod holds which GPU (for "
                 "`workload`); absent or empty: nobody is asked")
      ->capture_default_str();
  app.add_option("--gpu-resource", options.gpu_resources,
                 "A resource name that means GPUs, besides nvidia.com/gpu, nvidia.com/gpu.shared, "
                 "nvidia.com/mig-*, amd.com/gpu and whatever is called by GPU- or MIG- UUIDs; may "
                 "be given several times");
  app.add_option("--cdi-spec-dirs", options.cdi_spec_dirs,
                 "Directories of the node's CDI specs, which tell which GPU a claim's device is "
                 "(DRA), with commas; where none tells, or empty: gpu-N is /dev/nvidiaN")
      ->capture_default_str();
  app.add_option("--pod-name", options.pod_name,
                 "Name of the pod that this runs in: with --pod-namespace, an answer of the "
                 "kubelet that does not list it is not believed")
      ->envname("POD_NAME");
  app.add_option("--pod-namespace", options.pod_namespace, "Namespace of the pod that this runs in")
      ->envname("POD_NAMESPACE");
  app.add_option("--report-to", options.report_to,
                 "Gateways to report to: dns:NAME:PORT, every address behind the name, or a list "
                 "with commas");
  app.add_option("--report-ca", options.report_tls.authorities,
                 "Certificates of the authorities that the gateways' come from (PEM); without it "
                 "reports go out in plaintext");
  app.add_option("--report-cert", options.report_tls.certificate,
                 "The node's certificate to show to the gateways (PEM); read again when it "
                 "changes");
  app.add_option("--report-key", options.report_tls.key, "That certificate's key (PEM)");
  AddSourceFlags(app, options.source);
}

namespace {

// What the files hold is looked at when they are used: a certificate may come later
// than the node.
absl::Status CheckReports(const NodeOptions& options) {
  const rpc::CertificateFiles& tls = options.report_tls;
  if (tls.certificate.empty() != tls.key.empty()) {
    return absl::InvalidArgumentError("--report-cert and --report-key need each other");
  }
  if (!tls.certificate.empty() && tls.authorities.empty()) {
    return absl::InvalidArgumentError("--report-cert needs --report-ca");
  }
  if (!tls.authorities.empty() && options.report_to.empty()) {
    return absl::InvalidArgumentError("--report-ca needs --report-to");
  }
  if (options.report_to.empty()) return absl::OkStatus();
  constexpr size_t kLongestName = 253;  // a Kubernetes node's, and what a gateway takes
  if (options.node_name.size() > kLongestName) {
    return absl::InvalidArgumentError(base::StrCat("--node-name has ", options.node_name.size(),
                                                   " characters; allowed are ", kLongestName));
  }
  const absl::Status parsed = fleet::ParseGatewayNames(options.report_to).status();
  if (parsed.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(base::StrCat("--report-to: ", base::Message(parsed)));
}

}  // namespace

absl::Status CheckNode(const NodeOptions& options, base::Duration stale_after) {
  struct Row {
    std::string_view flag;
    base::Duration value, least, most;
  };
  const Row rows[] = {
      {"--fast-interval", options.fast_interval.value, std::chrono::milliseconds(10),
       std::chrono::minutes(1)},
      {"--poll-interval", options.poll_interval.value, std::chrono::milliseconds(100),
       std::chrono::minutes(5)},
  };
  for (const Row& row : rows) {
    if (absl::Status fits = CheckDuration(row.flag, row.value, row.least, row.most); !fits.ok()) {
      return fits;
    }
    // Otherwise a reading goes stale before the next one is due.
    if (stale_after < 2 * row.value) {
      return absl::InvalidArgumentError(base::StrCat(
          "--stale-after is ", base::FormatDuration(stale_after), "; it must be at least twice ",
          row.flag, ", ", base::FormatDuration(row.value)));
    }
  }
  // The kubelet is asked once a second.
  constexpr base::Duration kLeastOfListings = std::chrono::seconds(2);
  if (!options.pod_resources_socket.empty() && stale_after < kLeastOfListings) {
    return absl::InvalidArgumentError(base::StrCat(
        "--stale-after is ", base::FormatDuration(stale_after), "; it must be at least ",
        base::FormatDuration(kLeastOfListings),
        " while the kubelet is asked for pods, unless --pod-resources-socket is empty"));
  }
  if (absl::Status read = workloads::CdiSpecs::ParseDirectories(options.cdi_spec_dirs).status();
      !read.ok()) {
    return absl::InvalidArgumentError(base::StrCat("--cdi-spec-dirs: ", base::Message(read)));
  }
  return CheckReports(options);
}

}  // namespace gpuscaler::cli
