// What is examined: a scaler as its flags say that it runs here, and what it depends on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "engines/scraping/scraper_options.h"
#include "manifests/scaled_object.h"
#include "rpc/certificates.h"

namespace gpuscaler::doctor {

struct Subject {
  bool is_node = true;         // else a gateway
  bool reads_hardware = true;  // else it simulates
  std::string scenario;        // what it simulates; empty: the default one
  std::string nvml_library = "libnvidia-ml.so.1";
  std::string pod_resources_socket;  // empty: nobody is asked
  std::vector<std::string> gpu_resources;
  std::vector<std::string> cdi_spec_dirs;

  std::string bind_address;
  uint16_t port = 6000;  // 0: off, as all ports
  uint16_t metrics_port = 9090;
  uint16_t probe_port = 8081;
  uint16_t report_port = 6001;  // of a gateway
  uint64_t max_memory_mib = 256;
  size_t max_connections = 1024;
  rpc::CertificateFiles tls;     // the server's
  std::string report_client_ca;  // of a gateway
  std::string report_to;         // of a node
  rpc::CertificateFiles report_tls;
  engines::ScraperOptions engines;

  // The scaler that is asked.
  std::string host = "127.0.0.1";
  uint16_t asked_port = 6000;    // 0: none
  bool must_run = false;         // it was named: that none runs there is not ok
  rpc::CertificateFiles client;  // without authorities plaintext
  std::string server_name;
  std::vector<manifests::ScaledObject> objects;  // that it is asked for

  // Where the system shows what is looked at.
  std::string device_folder = "/dev";
  std::string cgroup_folder = "/sys/fs/cgroup";
  base::Duration patience = std::chrono::seconds(2);  // of each check
};

}  // namespace gpuscaler::doctor
