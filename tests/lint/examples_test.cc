// What this repository shows people is right: deploy/examples and the manifests in docs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "catalog/engines.h"
#include "catalog/profiles.h"
#include "lint/report.h"
#include "lint/rules.h"
#include "lint/yaml_files.h"
#include "manifests/manifest_file.h"

namespace gpuscaler::lint {
namespace {

using testing::HasSubstr;

// Those that hold ScaledObjects.
std::vector<InputFile> Examples() {
  auto files = ReadFiles("deploy/examples", ".yaml");
  std::erase_if(files, [](const InputFile& file) {
    return file.path.starts_with("deploy/examples/scenarios/");
  });
  return files;
}

// The values of a metadata key, in all examples.
std::set<std::string> Values(std::string_view key) {
  std::set<std::string> values;
  for (const InputFile& input : Examples()) {
    manifests::ManifestFile file;
    manifests::ReadManifests(input.path, input.text, file);
    for (const auto& object : file.objects) {
      for (const auto& trigger : object.triggers) {
        const auto found = trigger.metadata.find(std::string(key));
        if (found != trigger.metadata.end()) values.insert(found->second);
      }
    }
  }
  return values;
}

TEST(Examples, HaveNothingThatLintFinds) {
  const auto files = Examples();
  ASSERT_GT(files.size(), 30u);
  for (const InputFile& file : files) {
    const Result result = Lint({file});
    EXPECT_TRUE(result.findings.empty()) << TextReport(result);
    EXPECT_GT(result.triggers, 0u) << file.path;
  }
}

TEST(Examples, SayWhyTheirMetricType) {
  for (const InputFile& file : Examples()) {
    EXPECT_THAT(file.text, HasSubstr("# ")) << file.path;
    const bool says = file.text.find("metricType: AverageValue") != std::string::npos ||
                      file.text.find("metricType: Value") != std::string::npos ||
                      file.text.find("AverageValue") != std::string::npos;
    EXPECT_TRUE(says) << file.path;
    EXPECT_LT(file.text.find("AverageValue") == std::string::npos ? file.text.find("Value")
                                                                  : file.text.find("AverageValue"),
              file.text.find("kind: ScaledObject"))
        << file.path << ": the comment before the object says which metric type it is and why";
  }
}

TEST(Examples, ThereIsOneOfEachProfile) {
  const std::set<std::string> profiles = Values("profile");
  for (const catalog::ProfileRow& row : catalog::Profiles()) {
    EXPECT_TRUE(profiles.contains(std::string(row.name))) << row.name;
  }
}

// Engines with a profile or an endpoint key of their own, and the router that is a signal
// only, are shown by these.
TEST(Examples, ThereIsOneOfEachEngine) {
  std::set<std::string> engines = Values("engine");
  if (!Values("vllmEndpoint").empty()) engines.insert("vllm");
  if (!Values("tritonEndpoint").empty()) engines.insert("triton");
  for (const std::string& metric : Values("activationMetric")) {
    if (metric.find("vllm:num_incoming_requests_total") != std::string::npos) {
      engines.insert("production-stack");
    }
  }
  for (const catalog::EngineRow& row : catalog::Engines()) {
    EXPECT_TRUE(engines.contains(std::string(row.name))) << row.name;
  }
}

// The fenced YAML blocks of a page that are whole ScaledObjects, each a file whose lines
// are the page's.
std::vector<InputFile> ManifestsOf(const InputFile& page) {
  std::vector<InputFile> manifests;
  std::istringstream stream(page.text);
  std::string line;
  std::string block;
  bool in_block = false;
  for (size_t number = 1; std::getline(stream, line); ++number) {
    if (!in_block && line == "```yaml") {
      in_block = true;
      block = std::string(number, '\n');
    } else if (in_block && line == "```") {
      in_block = false;
      if (block.find("kind: ScaledObject") != std::string::npos) {
        manifests.push_back({page.path, block});
      }
    } else if (in_block) {
      block += line + "\n";
    }
  }
  return manifests;
}

TEST(Examples, ManifestsInTheDocumentationHaveNothingThatLintFinds) {
  size_t count = 0;
  for (const InputFile& page : ReadFiles("docs", ".md")) {
    for (const InputFile& manifest : ManifestsOf(page)) {
      ++count;
      const Result result = Lint({manifest});
      EXPECT_TRUE(result.findings.empty()) << TextReport(result);
      EXPECT_GT(result.triggers, 0u) << TextReport(result);
    }
  }
  EXPECT_GE(count, 5u);
}

}  // namespace
}  // namespace gpuscaler::lint
