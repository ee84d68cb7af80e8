// Feeds the manifest reader and lint any text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lint/lint.h"
#include "lint/report.h"
#include "lint/rules.h"
#include "manifests/manifest_file.h"

namespace {

using namespace gpuscaler;  // NOLINT: a fuzzer is one file

void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}
#define CHECK_HOLDS(condition) Check(condition, #condition)

void CheckObject(const manifests::ScaledObject& object, int lines) {
  CHECK_HOLDS(!object.name.empty());
  CHECK_HOLDS(object.min_replicas >= 0 && object.max_replicas >= 0);
  CHECK_HOLDS(object.places.LineOf("spec.triggers") >= 1 &&
              object.places.LineOf("spec.triggers") <= lines);
  for (const manifests::ScaledObjectTrigger& trigger : object.triggers) {
    CHECK_HOLDS(trigger.type == "external" || trigger.type == "external-push");
    for (const auto& [key, value] : trigger.metadata) {
      const int line = trigger.places.LineOf("metadata." + key);
      CHECK_HOLDS(line >= 1 && line <= lines);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  const int lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
  manifests::ManifestFile file;
  manifests::ReadManifests("f", text, file);
  for (const manifests::Problem& problem : file.problems) {
    CHECK_HOLDS(problem.line >= 1 && problem.line <= lines);
    CHECK_HOLDS(!problem.what.empty() && problem.what.find('\n') == std::string::npos);
  }
  for (const manifests::ScaledObject& object : file.objects) CheckObject(object, lines);

  const lint::Result result = lint::Lint({{"f", text}});
  CHECK_HOLDS(result.objects == file.objects.size());
  for (const lint::Finding& finding : result.findings) {
    CHECK_HOLDS(finding.line >= 1 && finding.line <= lines);
    CHECK_HOLDS(!finding.message.empty() && finding.message.find('\n') == std::string::npos);
  }
  CHECK_HOLDS(result.findings.empty() || !lint::GithubReport(result).empty());
  CHECK_HOLDS(!lint::TextReport(result).empty() && !lint::JsonReport(result).empty());
  return 0;
}
