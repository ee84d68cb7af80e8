#include "cli/explain_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "cli/decision_text.h"
#include "cli/explainer.h"
#include "cli/refuse.h"
#include "cli/server_address.h"
#include "keda/keda_client.h"
#include "manifests/manifest_file.h"
#include "web/json_text.h"

namespace gpuscaler::cli {
namespace {

constexpr uint32_t kMostReplicas = 1'000'000;

std::string NameOf(const manifests::ScaledObject& object) {
  return base::StrCat(object.object_namespace, "/", object.name);
}

// Those with an external trigger that are asked for.
absl::StatusOr<std::vector<manifests::ScaledObject>> ReadObjects(const ExplainOptions& options) {
  std::vector<manifests::ScaledObject> objects;
  std::string others;
  for (const std::string& file : options.files) {
    auto read = manifests::ReadScaledObjects(file);
    if (!read.ok()) return read.status();
    for (manifests::ScaledObject& object : *read) {
      if (object.triggers.empty()) continue;
      if (!options.object.empty() && NameOf(object) != options.object) {
        base::AppendItem(&others, NameOf(object));
        continue;
      }
      objects.push_back(std::move(object));
    }
  }
  if (!objects.empty()) return objects;
  if (others.empty()) {
    return absl::InvalidArgumentError("no ScaledObject with an external trigger in the files");
  }
  return absl::InvalidArgumentError(
      base::StrCat("--object is \"", options.object, "\"; in the files there are: ", others));
}

absl::StatusOr<std::unique_ptr<Explainer>> MakeExplainer(const ExplainOptions& options) {
  if (options.address.empty()) {
    auto source = MakeSource(options.source);
    if (!source.ok()) return source.status();
    auto directories = workloads::CdiSpecs::ParseDirectories(options.cdi_spec_dirs);
    if (!directories.ok()) {
      return absl::InvalidArgumentError(
          base::StrCat("--cdi-spec-dirs: ", base::Message(directories.status())));
    }
    Holders holders(options.pod_resources_socket, workloads::CdiSpecs(*std::move(directories)));
    return LocalExplainer(*std::move(source), holders);
  }
  absl::Status checked = CheckServerAddress("--address", options.address);
  if (!checked.ok()) return checked;
  const auto credentials = MakeCredentials(options.tls);
  if (!credentials.ok()) return credentials.status();
  return RemoteExplainer(options.address, *credentials, options.tls.server_name);
}

// What is printed, trigger by trigger.
class Printed {
 public:
  explicit Printed(bool json) : json_(json) {}

  void Add(const manifests::ScaledObject& object, const manifests::ScaledObjectTrigger& trigger,
           const decision::v1::Decision& decision) {
    if (json_) {
      base::StrAppend(&text_, text_.empty() ? "[" : ",\n", web::JsonText(decision));
    } else {
      base::StrAppend(&text_, text_.empty() ? "" : "\n", DecisionText(object, trigger, decision));
    }
  }

  std::string Text() && {
    if (json_) text_ += text_.empty() ? "[]\n" : "]\n";
    return std::move(text_);
  }

 private:
  const bool json_;
  std::string text_;
};

// The exit code.
int Print(const ExplainOptions& options, const std::vector<manifests::ScaledObject>& objects,
          Explainer& explainer) {
  Printed printed(options.format == "json");
  int code = 0;
  for (const manifests::ScaledObject& object : objects) {
    for (const manifests::ScaledObjectTrigger& trigger : object.triggers) {
      decision::v1::ExplainRequest request;
      *request.mutable_object() = keda::Reference(object, trigger);
      if (options.replicas) request.set_current_replicas(*options.replicas);
      const auto decision = explainer.Explain(request);
      if (!decision.ok()) {
        // The next would be answered no better.
        std::fputs(std::move(printed).Text().c_str(), stdout);
        Refuse(base::Message(decision.status()));
        return 1;
      }
      if (decision->has_error()) code = 1;
      printed.Add(object, trigger, *decision);
    }
  }
  std::fputs(std::move(printed).Text().c_str(), stdout);
  if (std::fflush(stdout) != 0) return 1;
  return code;
}

}  // namespace

void AddExplainFlags(CLI::App& app, ExplainOptions& options) {
  app.add_option("files", options.files, "ScaledObjects (YAML)")->required();
  CLI::Option* address =
      app.add_option("--address", options.address,
                     "HOST:PORT of the scaler that is asked; without it this machine's GPUs are "
                     "read, once");
  app.add_option("--replicas", options.replicas,
                 "How many of the scale target run; without it those that the scaler knows of")
      ->check(CLI::Range(0U, kMostReplicas));
  app.add_option("--object", options.object, "NAMESPACE/NAME: this one of the files alone");
  app.add_option("--format", options.format, "text or json (an array of decisions, docs/api.md)")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--pod-resources-socket", options.pod_resources_socket,
                 "The kubelet's PodResources socket, of this machine")
      ->excludes(address)
      ->capture_default_str();
  app.add_option("--cdi-spec-dirs", options.cdi_spec_dirs,
                 "Directories of this machine's CDI specs, as for a node")
      ->excludes(address)
      ->capture_default_str();
  AddSourceFlags(app, options.source);
  for (const char* flag : {"--source", "--scenario", "--nvml-library"}) {
    app.get_option(flag)->excludes(address);
  }
  AddClientTlsFlags(app, options.tls);
}

int RunExplain(const ExplainOptions& options) {
  auto objects = ReadObjects(options);
  if (!objects.ok()) return Refuse(base::Message(objects.status()));
  auto explainer = MakeExplainer(options);
  if (!explainer.ok()) return Refuse(base::Message(explainer.status()));
  const int code = Print(options, *objects, **explainer);
  if ((*explainer)->hangs()) std::_Exit(code);
  return code;
}

}  // namespace gpuscaler::cli
