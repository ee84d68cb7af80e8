#include "manifests/manifest_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "base/json_quote.h"
#include "base/strings.h"
#include "manifests/scaled_job_reader.h"
#include "manifests/scaled_object_reader.h"
#include "manifests/yaml_tree.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kKinds[] = {"ScaledObject", "ScaledJob", "TriggerAuthentication",
                                       "ClusterTriggerAuthentication"};
constexpr int kDeepestList = 4;  // a List within a List is nobody's wish

// nullptr: there is none.
const YamlEntry* FindKind(const YamlNode& root) {
  for (const YamlEntry& entry : root.entries) {
    if (entry.key == "kind") return &entry;
  }
  return nullptr;
}

// `template_line`: of the document's first {{; 0: there is none.
void ReadObject(const YamlNode& root, int template_line, ManifestFile& file, Problems& problems,
                int depth = 0) {
  const YamlEntry* const kind_entry = FindKind(root);
  const std::string_view kind =
      kind_entry == nullptr ? std::string_view() : std::string_view(kind_entry->value->text);
  const bool is_authentication =
      kind == "TriggerAuthentication" || kind == "ClusterTriggerAuthentication";
  if (template_line > 0 && (kind == "ScaledObject" || is_authentication)) {
    problems.Add(ProblemKind::kTemplate, template_line,
                 "{{: a Helm template that is not rendered; read what `helm template` makes of it");
    return;
  }
  if (kind == "ScaledObject") {
    if (auto object = ReadScaledObject(root, problems)) {
      object->file = file.path;
      file.objects.push_back(*std::move(object));
    }
    return;
  }
  // What its pods run may hold {{ by right: such a one is passed over.
  if (kind == "ScaledJob" && template_line == 0) {
    file.jobs.push_back(ReadScaledJob(root, problems));
    file.jobs.back().file = file.path;
    return;
  }
  if (is_authentication) {
    file.authentications.push_back(ReadTriggerAuthentication(root, problems));
    file.authentications.back().file = file.path;
    return;
  }
  for (const std::string_view meant : kKinds) {
    if (kind == meant || !absl::EqualsIgnoreCase(base::ToAbsl(kind), base::ToAbsl(meant))) continue;
    problems.Add(ProblemKind::kWrongValue, kind_entry->line,
                 base::StrCat("kind is ", base::QuotedStart(kind),
                              ", and the API server knows none of this name; write ", meant));
    return;
  }
  if (auto pods = ReadPodTemplate(root)) file.pod_templates.push_back(*std::move(pods));
  if (!kind.ends_with("List") || depth >= kDeepestList) return;
  for (const YamlEntry& entry : root.entries) {
    if (entry.key != "items") continue;
    for (const YamlPointer& item : entry.value->items) {
      if (!problems.Spend(1)) return;
      ReadObject(*item, template_line, file, problems, depth + 1);
    }
  }
}

void ReadDocument(const DocumentText& document, ManifestFile& file) {
  Problems problems;
  const int template_line = FirstTemplateLine(document);
  const YamlPointer root = ParseYaml(std::string(document.text), document.first_line, problems);
  if (root != nullptr) {
    ReadObject(*root, template_line, file, problems);
  } else if (template_line > 0 && !problems.found().empty()) {
    problems = {};
    problems.Add(ProblemKind::kTemplate, template_line,
                 "{{: no YAML but a Helm template; read what `helm template` makes of it");
  }
  std::vector<Problem> found = problems.Take();
  if (problems.exhausted()) {
    found.push_back({ProblemKind::kUnreadable, document.first_line,
                     "its aliases make it too long to be read; write out what they stand for"});
  }
  std::move(found.begin(), found.end(), std::back_inserter(file.problems));
}

absl::Status Wrong(std::string_view path, int line, std::string_view what) {
  return absl::InvalidArgumentError(base::StrCat(path, ":", line, ": ", what));
}

bool StopsReading(ProblemKind kind) {
  return kind != ProblemKind::kNotText && kind != ProblemKind::kUnknownField;
}

}  // namespace

void ReadManifests(std::string path, std::string text, ManifestFile& file) {
  file.path = std::move(path);
  file.text = std::move(text);
  Problems problems;
  file.documents = SplitDocuments(file.text, problems);
  file.problems = problems.Take();
  for (const DocumentText& document : file.documents) ReadDocument(document, file);
  std::stable_sort(file.problems.begin(), file.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  const auto read = [&path](std::istream& stream) -> absl::StatusOr<std::string> {
    std::string text(kLargestFile + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(stream.gcount()));
    if (stream.bad()) return absl::InvalidArgumentError(base::StrCat(path, ": cannot be read"));
    if (text.size() <= kLargestFile) return text;
    return absl::InvalidArgumentError(
        base::StrCat(path, ": more than ", kLargestFile, " bytes; split it"));
  };
  if (path == "-") return read(std::cin);
  std::ifstream file(path, std::ios::binary);
  // A directory opens well and fails when it is read.
  std::error_code ignored;
  if (!file || std::filesystem::is_directory(path, ignored)) {
    return absl::InvalidArgumentError(base::StrCat(path, ": cannot be read"));
  }
  return read(file);
}

absl::StatusOr<std::vector<ScaledObject>> ReadScaledObjects(const std::string& path) {
  auto text = ReadText(path);
  if (!text.ok()) return text.status();
  ManifestFile file;
  ReadManifests(path, *std::move(text), file);
  for (const Problem& problem : file.problems) {
    if (StopsReading(problem.kind)) return Wrong(path, problem.line, problem.what);
  }
  for (const ScaledObject& object : file.objects) {
    for (const ScaledObjectTrigger& trigger : object.triggers) {
      const std::string contradiction = MetricTypeContradiction(trigger);
      if (contradiction.empty()) continue;
      return Wrong(path, trigger.places.LineOf(""), contradiction);
    }
  }
  return std::move(file.objects);
}

}  // namespace gpuscaler::manifests
