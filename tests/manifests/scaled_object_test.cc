#include "manifests/scaled_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "cli/temporary_file.h"
#include "manifests/manifest_file.h"

namespace gpuscaler::manifests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

absl::StatusOr<std::vector<ScaledObject>> Read(const std::string& yaml) {
  const cli::TemporaryFile file("objects.yaml", yaml);
  return ReadScaledObjects(file.path());
}

TEST(ReadScaledObjects, ReadsEachDocumentAndPassesOthersOver) {
  const auto objects = Read(R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: llm
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: llm
  namespace: inference
spec:
  scaleTargetRef: {name: llm}
  minReplicaCount: 2
  maxReplicaCount: 12
  triggers:
    - type: cron
      metadata: {timezone: Europe/Berlin}
    - type: external
      metricType: Value
      metadata:
        scalerAddress: scaler:6000
        targetValue: "75.5"
    - type: external-push
      metadata: {profile: training, gpuIndex: 0}
---
---
kind: ScaledObject
metadata: {name: plain}
spec:
  triggers: []
)");
  ASSERT_TRUE(objects.ok()) << objects.status();
  ASSERT_EQ(objects->size(), 2u);
  const ScaledObject& llm = objects->front();
  EXPECT_EQ(llm.name, "llm");
  EXPECT_EQ(llm.object_namespace, "inference");
  EXPECT_EQ(llm.min_replicas, 2);
  EXPECT_EQ(llm.max_replicas, 12);
  ASSERT_EQ(llm.triggers.size(), 2u);
  EXPECT_EQ(llm.triggers[0].type, "external");
  EXPECT_EQ(llm.triggers[0].hpa_metric_type, scaling::HpaMetricType::kValue);
  EXPECT_THAT(llm.triggers[0].metadata, UnorderedElementsAre(Pair("scalerAddress", "scaler:6000"),
                                                             Pair("targetValue", "75.5")));
  EXPECT_EQ(llm.triggers[1].type, "external-push");
  EXPECT_EQ(llm.triggers[1].hpa_metric_type, scaling::HpaMetricType::kAverageValue);
  EXPECT_THAT(llm.triggers[1].metadata,
              UnorderedElementsAre(Pair("profile", "training"), Pair("gpuIndex", "0")));
  const ScaledObject& plain = objects->back();
  EXPECT_EQ(plain.object_namespace, "default");
  EXPECT_EQ(plain.min_replicas, 0);
  EXPECT_EQ(plain.max_replicas, 100);
  EXPECT_THAT(plain.triggers, ElementsAre());
}

struct BadRow {
  const char* yaml;
  int line;
  const char* what;
};

const BadRow kBad[] = {
    {"kind: ScaledObject\nmetadata: {}\n", 1, "without metadata.name"},
    {"kind: Other\n---\nkind: ScaledObject\nspec: {}\n", 3, "without metadata.name"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  minReplicaCount: few\n", 4,
     "spec.minReplicaCount is \"few\"; it must be a whole number"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  pollingInterval: 010\n", 4,
     "spec.pollingInterval is \"010\"; it must be a whole number"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  maxReplicaCount: \"8\"\n", 4,
     "spec.maxReplicaCount is \"8\" in quotes; it must be a whole number"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  triggers:\n    - type: external\n"
     "      metricType: Utilization\n      metadata: {}\n",
     6, "metricType is \"Utilization\"; it must be one of AverageValue, Value"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  triggers:\n    - type: external\n"
     "      metadata:\n        targetValue: [80]\n",
     7, "metadata.targetValue is a list; it must be a string"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  triggers:\n    - type: external\n"
     "      metadata: [a, b]\n",
     6, "metadata is a list; it must be a map"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  triggers:\n    - type: external\n", 5,
     "a trigger of type \"external\" without metadata; give scalerAddress"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec:\n  triggers:\n    - type: external\n"
     "      metadata: {}\n      authenticationRef: {kind: TriggerAuthentication}\n",
     7, "authenticationRef lacks name"},
    {"kind: ScaledObject\nmetadata: just text\n", 2, "metadata is \"just text\"; it must be a map"},
    {"kind: ScaledObject\nmetadata: {name: a}\nspec: just text\n", 3, "spec is \"just text\""},
    {"kind: ScaledObject\nmetadata: {name: a\nspec: }\n", 3, "no YAML, "},
};

TEST(ReadScaledObjects, SaysWhatIsWrongAndInWhichLine) {
  for (const BadRow& row : kBad) {
    SCOPED_TRACE(row.yaml);
    const cli::TemporaryFile file("objects.yaml", row.yaml);
    const auto objects = ReadScaledObjects(file.path());
    EXPECT_EQ(objects.status().code(), absl::StatusCode::kInvalidArgument);
    const std::string message(base::Message(objects.status()));
    EXPECT_THAT(message, StartsWith(base::StrCat(file.path(), ":", row.line, ": ")));
    EXPECT_THAT(message, HasSubstr(row.what));
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST(ReadScaledObjects, AnObjectWithoutSpecHasNoTriggers) {
  const auto objects = Read("kind: ScaledObject\nmetadata: {name: a}\n");
  ASSERT_TRUE(objects.ok()) << objects.status();
  ASSERT_EQ(objects->size(), 1u);
  EXPECT_THAT(objects->front().triggers, ElementsAre());
}

TEST(ReadScaledObjects, AFileThatCannotBeReadIsAnError) {
  for (const std::string path : {"/nowhere/objects.yaml", "/tmp"}) {
    const auto objects = ReadScaledObjects(path);
    EXPECT_EQ(objects.status().code(), absl::StatusCode::kInvalidArgument) << path;
    EXPECT_THAT(std::string(base::Message(objects.status())), StartsWith(path + ": "));
  }
  EXPECT_TRUE(Read("")->empty());
}

absl::Status OfTrigger(const std::string& lines) {
  return Read(
             "kind: ScaledObject\nmetadata: {name: llm}\nspec:\n  triggers:\n    - type: "
             "external\n" +
             lines)
      .status();
}

TEST(ReadScaledObjects, AMetricTypeThatTheScalerIsNotToldIsRefused) {
  const absl::Status silent =
      OfTrigger("      metricType: Value\n      metadata: {workload: deployment/llm}\n");
  EXPECT_EQ(silent.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(base::Message(silent)),
              HasSubstr(":5: metricType is Value and metadata.hpaMetricType is not given"));
  const absl::Status other = OfTrigger("      metadata: {hpaMetricType: Value}\n");
  EXPECT_THAT(std::string(base::Message(other)),
              HasSubstr("metricType is AverageValue and metadata.hpaMetricType is Value"));
  for (const std::string same :
       {"      metricType: Value\n      metadata: {workload: job/a, hpaMetricType: Value}\n",
        "      metadata: {workload: job/a, hpaMetricType: AverageValue}\n",
        "      metadata: {workload: job/a}\n",
        "      metricType: Value\n      metadata: {targetValue: \"80\"}\n"}) {
    EXPECT_TRUE(OfTrigger(same).ok()) << OfTrigger(same);
  }
}

}  // namespace
}  // namespace gpuscaler::manifests
