#include "cli/explain_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "base/terminal_text.h"
#include "cli/decision_text.h"
#include "cli/explainer.h"
#include "cli/object_step.h"
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

// What is printed, object by object.
class Printed {
 public:
  explicit Printed(bool json) : json_(json) {}

  // The decisions on the first of its triggers, or on all of them.
  void Add(const manifests::ScaledObject& object, std::vector<decision::v1::Decision> decisions) {
    const bool all = decisions.size() == object.triggers.size();
    const ObjectStep step = all ? StepOf(object, decisions) : ObjectStep();
    for (size_t i = 0; i < decisions.size(); ++i) {
      if (json_) {
        base::StrAppend(&text_, text_.empty() ? "[" : ",\n", web::JsonText(decisions[i]));
      } else {
        base::StrAppend(&text_, text_.empty() ? "" : "\n",
                        DecisionText(object.triggers[i], decisions[i],
                                     object.triggers.size() + object.other_triggers.size() == 1));
      }
    }
    if (json_ || step.lines.empty()) return;
    if (decisions.size() > 1)
      base::StrAppend(&text_, "\n", base::TerminalText(NameOf(object)), "\n");
    for (const std::string& line : step.lines) {
      base::StrAppend(&text_, "  ", base::TerminalText(line, 1000), "\n");
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
  absl::Status answered;
  for (const manifests::ScaledObject& object : objects) {
    std::vector<decision::v1::Decision> decisions;
    for (const manifests::ScaledObjectTrigger& trigger : object.triggers) {
      decision::v1::ExplainRequest request;
      *request.mutable_object() = keda::Reference(object, trigger);
      if (options.replicas) request.set_current_replicas(*options.replicas);
      auto decision = explainer.Explain(request);
      answered = decision.status();
      // The next would be answered no better.
      if (!answered.ok()) break;
      if (decision->has_error()) code = 1;
      decisions.push_back(*std::move(decision));
    }
    printed.Add(object, std::move(decisions));
    if (!answered.ok()) break;
  }
  std::fputs(std::move(printed).Text().c_str(), stdout);
  if (std::fflush(stdout) != 0) return 1;
  if (answered.ok()) return code;
  Refuse(base::Message(answered));
  return 1;
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
