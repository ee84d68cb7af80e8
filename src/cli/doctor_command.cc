#include "cli/doctor_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "cli/refuse.h"
#include "doctor/examination.h"
#include "doctor/report.h"
#include "manifests/manifest_file.h"
#include "workloads/cdi_specs.h"

namespace gpuscaler::cli {
namespace {

// "HOST:PORT", "[fd00::7]:PORT".
absl::Status ReadAddress(const std::string& address, doctor::Subject& subject) {
  const size_t colon = address.rfind(':');
  uint16_t port = 0;
  if (colon != std::string::npos && colon > 0) {
    const char* const end = address.data() + address.size();
    const auto [stop, error] = std::from_chars(address.data() + colon + 1, end, port);
    if (error != std::errc() || stop != end) port = 0;
  }
  if (port == 0) {
    return absl::InvalidArgumentError(base::StrCat(
        "--address is \"", address, "\"; it must be HOST:PORT, the port from 1 to 65535"));
  }
  subject.host = address.substr(0, colon);
  if (subject.host.starts_with('[') && subject.host.ends_with(']')) {
    subject.host = subject.host.substr(1, subject.host.size() - 2);
  }
  subject.asked_port = port;
  subject.must_run = true;
  return absl::OkStatus();
}

absl::Status ReadObjects(const std::vector<std::string>& files, doctor::Subject& subject) {
  for (const std::string& file : files) {
    auto objects = manifests::ReadScaledObjects(file);
    if (!objects.ok()) return objects.status();
    if (objects->empty()) {
      return absl::InvalidArgumentError(base::StrCat(file, " holds no ScaledObject"));
    }
    for (manifests::ScaledObject& object : *objects) subject.objects.push_back(std::move(object));
  }
  return absl::OkStatus();
}

void ReadScalersFlags(const DoctorOptions& options, doctor::Subject& subject) {
  subject.is_node = options.role == "node";
  subject.reads_hardware = options.node.source.source != "simulated";
  subject.scenario = options.node.source.scenario;
  subject.nvml_library = options.node.source.nvml_library;
  subject.pod_resources_socket = options.node.pod_resources_socket;
  subject.gpu_resources = options.node.gpu_resources;
  subject.bind_address = options.front.bind_address;
  subject.port = options.front.port;
  subject.metrics_port = options.front.metrics_port;
  subject.probe_port = options.front.probe_port;
  subject.report_port = options.gateway.report_port;
  subject.max_memory_mib = options.front.max_memory_mib;
  subject.max_connections = options.front.max_connections;
  subject.tls = options.front.tls;
  subject.report_client_ca = options.gateway.report_client_ca;
  subject.report_to = options.node.report_to;
  subject.report_tls = options.node.report_tls;
  subject.asked_port = options.front.port;
  subject.client = options.tls.files;
  subject.server_name = options.tls.server_name;
}

absl::StatusOr<doctor::Subject> ToSubject(const DoctorOptions& options) {
  doctor::Subject subject;
  ReadScalersFlags(options, subject);
  auto engines = ReadEngineFlags(options.front.engines);
  if (!engines.ok()) return engines.status();
  subject.engines = *std::move(engines);
  auto directories = workloads::CdiSpecs::ParseDirectories(options.node.cdi_spec_dirs);
  if (!directories.ok()) {
    return absl::InvalidArgumentError(
        base::StrCat("--cdi-spec-dirs: ", base::Message(directories.status())));
  }
  subject.cdi_spec_dirs = *std::move(directories);
  if (absl::Status checked = CheckClientTls(options.tls); !checked.ok()) return checked;
  if (!options.address.empty()) {
    if (absl::Status read = ReadAddress(options.address, subject); !read.ok()) return read;
  }
  if (absl::Status read = ReadObjects(options.scaled_objects, subject); !read.ok()) return read;
  return subject;
}

}  // namespace

bool HasScalersFlags(const CLI::App& app) {
  const auto options = app.get_options();
  return std::any_of(options.begin(), options.end(), [](const CLI::Option* option) {
    return option->get_group() == kScalersFlags;
  });
}

void AddDoctorFlags(CLI::App& app, DoctorOptions& options) {
  app.add_option("--format", options.format, "text, or json for machines")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--address", options.address,
                 "HOST:PORT of a scaler that runs; without it the one of this machine, if there is "
                 "one");
  app.add_option("--scaled-object", options.scaled_objects,
                 "ScaledObjects (YAML) for which the scaler is asked as KEDA asks; may be given "
                 "several times");
  AddClientTlsFlags(app, options.tls);
  app.option_defaults()->group(kScalersFlags);
  app.add_option("--role", options.role, "node or gateway")
      ->check(CLI::IsMember({"node", "gateway"}))
      ->capture_default_str();
  AddFrontFlags(app, options.front);
  AddNodeFlags(app, options.node);
  AddGatewayFlags(app, options.gateway);
  app.option_defaults()->group("Options");
}

int RunDoctor(const DoctorOptions& options) {
  auto subject = ToSubject(options);
  if (!subject.ok()) return Refuse(base::Message(subject.status()));
  std::signal(SIGPIPE, SIG_IGN);
  const doctor::Examination examination = doctor::Examine(*std::move(subject), doctor::Checks());
  const std::string report =
      options.format == "json" ? doctor::JsonReport(examination) : doctor::TextReport(examination);
  std::fputs(report.c_str(), stdout);
  const bool written = std::fflush(stdout) == 0;
  const int code = examination.ok() && written ? 0 : 1;
  // Destructors would wait for what hangs.
  if (examination.something_hangs) std::_Exit(code);
  return code;
}

}  // namespace gpuscaler::cli
