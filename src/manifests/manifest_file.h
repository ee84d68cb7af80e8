// Files of Kubernetes manifests: what in them concerns this scaler.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "manifests/documents.h"
#include "manifests/pod_template.h"
#include "manifests/problem.h"
#include "manifests/scaled_object.h"
#include "manifests/trigger_authentication.h"

namespace gpuscaler::manifests {

struct ManifestFile {
  std::string path;
  std::string text;
  std::vector<DocumentText> documents;  // of `text`
  std::vector<ScaledObject> objects;
  std::vector<ScaledObject> jobs;  // ScaledJobs, of which the triggers alone are kept
  std::vector<TriggerAuthentication> authentications;
  std::vector<PodTemplate> pod_templates;
  std::vector<Problem> problems;

  ManifestFile() = default;
  ManifestFile(const ManifestFile&) = delete;
  ManifestFile& operator=(const ManifestFile&) = delete;
};

// YAML of one or more documents, Lists too. Objects of other kinds are passed over.
// Whatever is in `text`, this returns: what is wrong is among the problems.
void ReadManifests(std::string path, std::string text, ManifestFile& file);

// The content of a file, of standard input where the path is "-". INVALID_ARGUMENT
// "PATH: ...": it cannot be read, or is too large.
absl::StatusOr<std::string> ReadText(const std::string& path);

// Every ScaledObject of a file; others are passed over. INVALID_ARGUMENT "FILE:LINE: what
// is wrong": the first problem, misspelt fields and values without quotes aside, or a
// trigger whose metricType contradicts its metadata.
absl::StatusOr<std::vector<ScaledObject>> ReadScaledObjects(const std::string& path);

}  // namespace gpuscaler::manifests
