#include "cli/gateway_options.h"

#include <CLI/CLI.hpp>

namespace gpuscaler::cli {

void AddGatewayFlags(CLI::App& app, GatewayOptions& options) {
  app.add_option("--report-port", options.report_port, "Port on which nodes report")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  app.add_option("--report-client-ca", options.report_client_ca,
                 "Certificates of authorities (PEM): nodes must show a certificate of one of them "
                 "on the report port, which has the certificate of --tls-cert");
  app.add_option("--max-nodes", options.max_nodes, "Nodes of the fleet; further ones are refused")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
}

}  // namespace gpuscaler::cli
