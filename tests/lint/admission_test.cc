// What the API server and KEDA 2.21's admission refuse, and beside each what they take.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "lint/admission_edges.h"

namespace gpuscaler::lint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string Job(std::string_view fields,
                std::string_view triggers = "{type: kafka, metadata: {}}") {
  return base::StrCat(R"(apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata: {name: batch}
spec:
  triggers: [)",
                      triggers, "]\n", fields);
}

constexpr std::string_view kJob = "  jobTargetRef: {template: {}}\n";

TEST(Admission, TriggersOfOtherScalersHaveMetadataOfStrings) {
  ExpectEdges({
      {Object("{type: kafka, metadata: {}}"), Object("{type: kafka}"),
       "6: wrong-value: a trigger of type \"kafka\" without metadata; give "},
      {Object("{type: kafka, metadata: {port: '5'}}"), Object("{type: kafka, metadata: {port: 5}}"),
       "6: unquoted-value: metadata.port is no string to YAML, and the API server takes strings "},
      {Object("{type: kafka, metadata: {port: }}"), Object("{type: kafka, metadata: {port: [5]}}"),
       "6: wrong-value: metadata.port is a list; it must be a string"},
      {Object("{type: kafka, metadata: {}}"), Object("{type: kafka, metadata: [a]}"),
       "6: wrong-value: metadata is a list; it must be a map"},
  });
}

TEST(Admission, TriggersOfOtherScalersHaveTheFieldsOfATrigger) {
  ExpectEdges({
      {Object("{type: cron, metadata: {}}"), Object("{type: cron, metadata: {}, start: a}"),
       "6: unknown-field: \"start\" is no field of a trigger"},
      {Object("{type: cpu, metricType: Utilization, metadata: {}}, {type: cron, metadata: {}}"),
       Object("{type: cpu, metricType: 5, metadata: {}}, {type: cron, metadata: {}}"),
       "6: unquoted-value: metricType is 5"},
      {Object("{type: kafka, metadata: {}, authenticationRef: {name: a}}"),
       Object("{type: kafka, metadata: {}, authenticationRef: {}}"),
       "6: wrong-value: authenticationRef lacks name"},
  });
}

TEST(Admission, ATriggerOfAJobHasNoMetricType) {
  const std::string job = "  jobTargetRef: {template: {}}\n";
  const std::string trigger = "{type: kafka, metadata: {}}";
  ExpectEdges({{Job(job, trigger), Job(job, "{type: kafka, metricType: Value, metadata: {}}"),
                "5: unknown-field: \"metricType\" is no field of a ScaledJob's trigger"}});
}

TEST(Admission, WhatCpuMemoryAndCronTellIsNotCached) {
  for (const std::string type : {"cpu", "memory", "cron"}) {
    const auto with = [&](std::string_view cached) {
      return Object(base::StrCat("{type: kafka, metadata: {}}, {type: ", type,
                                 ", metadata: {}, useCachedMetrics: ", cached, "}"));
    };
    ExpectEdges({{with("false"), with("true"),
                  base::StrCat("6: wrong-value: useCachedMetrics of a trigger of type ", type)}});
  }
  EXPECT_THAT(Errors(Object("{type: kafka, metadata: {}, useCachedMetrics: true}")), IsEmpty());
}

// With none of this scaler's triggers in it.
TEST(Admission, CountsNamesAndTargetAreLookedAtWhoeversTheTriggersAre) {
  const std::string cron = "{type: cron, metadata: {}}";
  ExpectEdges({
      {Object(cron, "  minReplicaCount: 100\n"), Object(cron, "  minReplicaCount: 101\n"),
       "4: replica-bounds: maxReplicaCount is 100, below minReplicaCount 101"},
      {Object(cron, "  maxReplicaCount: 1\n"), Object(cron, "  maxReplicaCount: 0\n"),
       "7: wrong-value: spec.maxReplicaCount is \"0\"; it must be a whole number from 1 "},
      {Object(cron, "  minReplicaCount: 2\n  idleReplicaCount: 1\n"),
       Object(cron, "  minReplicaCount: 1\n  idleReplicaCount: 1\n"),
       "8: replica-bounds: idleReplicaCount is 1"},
      {Object("{type: cron, name: a, metadata: {}}, {type: cron, name: b, metadata: {}}"),
       Object("{type: cron, name: a, metadata: {}}, {type: cron, name: a, metadata: {}}"),
       "6: same-trigger-name: a trigger is called \"a\" as the one in line 6 is"},
  });
  std::string text = Object(cron);
  text.replace(text.find("{name: llm}\n  triggers"), 11, "{kind: StatefulSet}");
  EXPECT_THAT(Errors(text),
              ElementsAre(HasSubstr("5: no-scale-target: scaleTargetRef has no name")));
}

TEST(Admission, CpuAndMemoryAloneNeitherFallBackNorWakeAnything) {
  const std::string cpu = "{type: cpu, metadata: {}}";
  const std::string both = cpu + ", {type: cron, metadata: {}}";
  const std::string fallback =
      "  minReplicaCount: 1\n  fallback: {failureThreshold: 3, replicas: 2}\n";
  ExpectEdges({
      {Object(both, fallback), Object(cpu, fallback), "8: wrong-value: fallback without a trigger"},
      {Object(cpu, "  minReplicaCount: 1\n"), Object(cpu, "  minReplicaCount: 0\n"),
       "7: wrong-value: minReplicaCount is 0"},
      {Object(both), Object(cpu), "4: wrong-value: minReplicaCount is 0"},
  });
}

TEST(Admission, TheVersionOfTheTargetIsThatOfAGroup) {
  const auto with = [](std::string_view version) {
    std::string text = Object("{type: kafka, metadata: {}}");
    text.replace(text.find("{name: llm}\n  triggers"), 11,
                 base::StrCat("{name: llm, apiVersion: ", version, "}"));
    return text;
  };
  const std::string error = "5: wrong-value: scaleTargetRef.apiVersion is \"";
  ExpectEdges({{with("apps/v1"), with("a/b/c"), error},
               {with("v1"), with("apps//v1"), error},
               {with("''"), with("apps/v1/Deployment"), error}});
}

// To KEDA what is empty is not given.
TEST(Admission, AnEmptyVersionOrKindIsTheDefault) {
  std::string text = Object("{type: cpu, metadata: {}}");
  text.replace(text.find("{name: llm}\n  triggers"), 11, "{name: llm, apiVersion: '', kind: ''}");
  EXPECT_THAT(Errors(text), ElementsAre(HasSubstr("wrong-value: minReplicaCount is 0")));
}

TEST(Admission, FieldsOfAScaledJobAreThoseOfKeda) {
  const std::string job(kJob);
  ExpectEdges({
      {Job(kJob), Job(""), "4: wrong-value: a ScaledJob without jobTargetRef"},
      {Job(kJob), Job("  jobTargetRef: {}\n"), "6: wrong-value: jobTargetRef lacks template"},
      {Job(kJob), Job("  jobTargetRef: batch\n"),
       "6: wrong-value: spec.jobTargetRef is \"batch\"; it must be a map"},
      {Job(kJob), Job("  jobTargetRef: {template: {}, replicas: 1}\n"),
       "6: unknown-field: \"replicas\" is no field of jobTargetRef"},
      {Job(kJob), Job(job + "  nonsense: 5\n"),
       "7: unknown-field: \"nonsense\" is no field of a ScaledJob's spec"},
      {Job(job + "  maxReplicaCount: 1\n"), Job(job + "  maxReplicaCount: 0\n"),
       "7: wrong-value: spec.maxReplicaCount is \"0\""},
      {Job(job + "  minReplicaCount: 2\n  maxReplicaCount: 1\n"),
       Job(job + "  minReplicaCount: -1\n  maxReplicaCount: 1\n"),
       "7: wrong-value: spec.minReplicaCount is \"-1\""},
      {Job(job + "  scalingStrategy: {customScalingRunningJobPercentage: '0.5'}\n"),
       Job(job + "  scalingStrategy: {customScalingRunningJobPercentage: 50%}\n"),
       "7: wrong-value: spec.scalingStrategy.customScalingRunningJobPercentage is \"50%\""},
      {Job(job + "  scalingStrategy: {pendingPodConditions: [Ready]}\n"),
       Job(job + "  scalingStrategy: {pendingPodConditions: [5]}\n"),
       "7: unquoted-value: an item of spec.scalingStrategy.pendingPodConditions is 5"},
      {Job(kJob, "{type: kafka, name: a, metadata: {}}, {type: kafka, name: b, metadata: {}}"),
       Job(kJob, "{type: kafka, name: a, metadata: {}}, {type: kafka, name: a, metadata: {}}"),
       "5: same-trigger-name: a trigger is called \"a\""},
  });
}

// To the API server a field that is null is not there.
TEST(Admission, NullIsNotGiven) {
  std::string text = Object("{type: cron, metadata: {}}");
  text.replace(text.find("keda.sh/v1alpha1"), 16, "");
  EXPECT_THAT(Errors(text), ElementsAre("1: wrong-value: no apiVersion; give keda.sh/v1alpha1"));
  const std::string cron = "{type: cron, metadata: {}}";
  EXPECT_THAT(Errors(Object(cron, "  minReplicaCount:\n  idleReplicaCount: 0\n")),
              ElementsAre(HasSubstr("8: replica-bounds: idleReplicaCount is 0")));
  EXPECT_THAT(Errors(Object(cron, "  advanced: {scalingModifiers: {formula: }}\n")), IsEmpty());
}

TEST(Admission, EachMistakeInOneLineIsTold) {
  EXPECT_THAT(Errors(R"({"kind": "ScaledObject", "metadata": {"name": "my_llm"},
 "spec": {"scaleTargetRef": {"name": "llm"}, "triggers": []}})"),
              UnorderedElementsAre(HasSubstr("no apiVersion"), HasSubstr("metadata.name is"),
                                   HasSubstr("no triggers")));
  EXPECT_THAT(
      Errors(
          R"({"kind": "ScaledObject", "metadata": {"name": "my_llm"}, "spec": {"triggers": []}})"),
      UnorderedElementsAre(
          HasSubstr("1: wrong-value: no apiVersion"), HasSubstr("1: wrong-value: metadata.name is"),
          HasSubstr("1: wrong-value: no triggers"), HasSubstr("1: no-scale-target: ")));
}

TEST(Admission, WhatIsRefusedForWhatItIsIsNotAlsoMissed) {
  std::string text = Object("");
  text.replace(text.find("[]"), 2, "none");
  EXPECT_THAT(Errors(text), ElementsAre(HasSubstr("spec.triggers is \"none\"; it must be a list")));
  text.replace(text.find("{name: llm}\nspec"), 11, "[llm]");
  EXPECT_THAT(Errors(text), UnorderedElementsAre(HasSubstr("metadata is a list"),
                                                 HasSubstr("spec.triggers is \"none\"")));
  EXPECT_THAT(Errors(Object("{type: [cron], metadata: {}}")),
              ElementsAre(HasSubstr("type is a list; it must be a string")));
  EXPECT_THAT(Errors(Object("{type: cron, metadata: {}}",
                            "  advanced: {scalingModifiers: {formula: [a], target: '5'}}\n")),
              ElementsAre(HasSubstr("scalingModifiers.formula is a list")));
}

TEST(Admission, ATriggerAuthenticationIsAnObjectToo) {
  const std::string spec = "spec: {env: []}\n";
  const std::string head = "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\n";
  const std::string sound = head + "metadata: {name: tls}\n" + spec;
  ExpectEdges({
      {sound, sound.substr(sound.find('\n') + 1), "1: wrong-value: no apiVersion"},
      {sound, head + "metadata: {name: my_tls}\n" + spec, "3: wrong-value: metadata.name is "},
      {sound, head + "metadata: {}\n" + spec, "1: wrong-value: a TriggerAuthentication without "},
      {sound, head + "metadata: {name: tls}\n", "1: wrong-value: a TriggerAuthentication without "},
      {sound, head + "metadata: {name: tls, nonsense: 5}\n" + spec,
       "3: unknown-field: \"nonsense\" is no field of metadata"},
  });
}

}  // namespace
}  // namespace gpuscaler::lint
