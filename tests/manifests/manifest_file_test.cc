#include "manifests/manifest_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

auto ProblemIs(ProblemKind kind, int line, const std::string& what) {
  return AllOf(Field("kind", &Problem::kind, kind), Field("line", &Problem::line, line),
               Field("what", &Problem::what, HasSubstr(what)));
}

constexpr std::string_view kEverything = R"(apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: llm
  namespace: ml
  labels: {team: a}
spec:
  scaleTargetRef:
    apiVersion: leaderworkerset.x-k8s.io/v1
    kind: LeaderWorkerSet
    name: big
  pollingInterval: 10
  cooldownPeriod: 900
  initialCooldownPeriod: 600
  idleReplicaCount: 0
  minReplicaCount: 1
  maxReplicaCount: 12
  fallback:
    failureThreshold: 3
    replicas: 2
    behavior: currentReplicasIfHigher
  advanced:
    restoreToOriginalReplicaCount: true
    horizontalPodAutoscalerConfig:
      name: hpa
      behavior:
        scaleUp:
          stabilizationWindowSeconds: 30
          policies:
            - type: Pods
              value: 2
              periodSeconds: 60
            - {type: Percent, value: 50, periodSeconds: 30}
          tolerance: 50m
        scaleDown:
          selectPolicy: Disabled
          tolerance: "0.2"
  triggers:
    - type: cron
      metadata: {anything: goes}
    - type: external-push
      name: gpu
      metricType: Value
      useCachedMetrics: true
      authenticationRef:
        name: tls
        kind: ClusterTriggerAuthentication
      metadata:
        scalerAddress: scaler:6000
        targetValue: "75"
)";

TEST(ReadManifests, ReadsAllThatConcernsScalingWithItsLines) {
  ManifestFile file;
  ReadManifests("a.yaml", std::string(kEverything), file);
  EXPECT_THAT(file.problems, IsEmpty());
  ASSERT_EQ(file.objects.size(), 1u);
  const ScaledObject& object = file.objects[0];
  EXPECT_EQ(object.file, "a.yaml");
  EXPECT_EQ(object.target.api_version, "leaderworkerset.x-k8s.io/v1");
  EXPECT_EQ(object.target.kind, "LeaderWorkerSet");
  EXPECT_EQ(object.target.name, "big");
  EXPECT_EQ(object.polling_interval_seconds, 10);
  EXPECT_EQ(object.cooldown_seconds, 900);
  EXPECT_EQ(object.initial_cooldown_seconds, 600);
  EXPECT_EQ(object.idle_replicas, 0);
  EXPECT_EQ(object.min_replicas, 1);
  EXPECT_EQ(object.max_replicas, 12);
  ASSERT_TRUE(object.fallback);
  EXPECT_EQ(object.fallback->failure_threshold, 3);
  EXPECT_EQ(object.fallback->replicas, 2);
  EXPECT_EQ(object.fallback->behavior, "currentReplicasIfHigher");
  ASSERT_TRUE(object.behavior.scale_up);
  EXPECT_EQ(object.behavior.scale_up->stabilization_window_seconds, 30);
  EXPECT_EQ(object.behavior.scale_up->select_policy, std::nullopt);
  ASSERT_EQ(object.behavior.scale_up->policies.size(), 2u);
  EXPECT_EQ(object.behavior.scale_up->policies[0].type, scaling::PolicyType::kPods);
  EXPECT_EQ(object.behavior.scale_up->policies[0].value, 2);
  EXPECT_EQ(object.behavior.scale_up->policies[0].period_seconds, 60);
  EXPECT_EQ(object.behavior.scale_up->policies[1].type, scaling::PolicyType::kPercent);
  EXPECT_DOUBLE_EQ(object.behavior.scale_up->tolerance.value(), 0.05);
  ASSERT_TRUE(object.behavior.scale_down);
  EXPECT_EQ(object.behavior.scale_down->select_policy, scaling::SelectPolicy::kDisabled);
  EXPECT_DOUBLE_EQ(object.behavior.scale_down->tolerance.value(), 0.2);
  EXPECT_THAT(object.other_triggers, ElementsAre("cron"));
  ASSERT_EQ(object.triggers.size(), 1u);
  const ScaledObjectTrigger& trigger = object.triggers[0];
  EXPECT_EQ(trigger.name, "gpu");
  EXPECT_EQ(trigger.hpa_metric_type, scaling::HpaMetricType::kValue);
  EXPECT_TRUE(trigger.use_cached_metrics);
  ASSERT_TRUE(trigger.authentication);
  EXPECT_EQ(trigger.authentication->name, "tls");
  EXPECT_EQ(trigger.authentication->kind, "ClusterTriggerAuthentication");

  EXPECT_EQ(object.places.LineOf("spec.fallback.replicas"), 20);
  EXPECT_EQ(object.places.LineOf("spec.scaleTargetRef.kind"), 10);
  EXPECT_EQ(object.places.LineOf("spec.nothing"), 7) << "what it would be in";
  EXPECT_TRUE(object.places.Has("spec.idleReplicaCount"));
  EXPECT_EQ(trigger.places.LineOf("metadata.targetValue"), 50);
  EXPECT_EQ(trigger.places.LineOf("metricType"), 43);
  EXPECT_EQ(trigger.places.LineOf(""), 41);
}

TEST(ReadManifests, GoesOnAfterAMistake) {
  ManifestFile file;
  ReadManifests("a.yaml", R"(kind: ScaledObject
metadata: {name: a}
spec:
  minReplicas: 1
  maxReplicaCount: many
  fallback: {replicas: 2, behaviour: static}
  triggers:
    - type: external
      metadata:
        targetValue: 80
        window: 30s
        nothing:
    - metadata: {}
---
kind: ScaledObject
metadata: [b
---
kind: ScaledObject
metadata: {name: c}
spec: {scaleTargetRef: {nmae: c}}
)",
                file);
  ASSERT_EQ(file.objects.size(), 2u) << "the second one cannot be read";
  EXPECT_EQ(file.objects[0].name, "a");
  EXPECT_EQ(file.objects[0].max_replicas, 100);
  EXPECT_EQ(file.objects[0].triggers.size(), 1u);
  EXPECT_EQ(file.objects[1].name, "c");
  EXPECT_THAT(file.problems,
              testing::UnorderedElementsAre(
                  ProblemIs(ProblemKind::kUnknownField, 4, "\"minReplicas\" is no field"),
                  ProblemIs(ProblemKind::kWrongValue, 5, "spec.maxReplicaCount is \"many\""),
                  ProblemIs(ProblemKind::kUnknownField, 6,
                            "\"behaviour\" is no field of fallback; did you mean behavior?"),
                  ProblemIs(ProblemKind::kWrongValue, 6, "fallback lacks failureThreshold"),
                  ProblemIs(ProblemKind::kNotText, 10, "metadata.targetValue is 80"),
                  ProblemIs(ProblemKind::kNotText, 12, "metadata.nothing is nothing"),
                  ProblemIs(ProblemKind::kWrongValue, 13, "a trigger without type"),
                  ProblemIs(ProblemKind::kUnreadable, 17, "no YAML, "),
                  ProblemIs(ProblemKind::kUnknownField, 20, "did you mean name?")));
}

TEST(ReadManifests, ReadsWhatAListHolds) {
  ManifestFile file;
  ReadManifests("-", R"(apiVersion: v1
kind: List
items:
  - kind: ConfigMap
    data: {a: "{{ .Values.fine }}"}
  - apiVersion: keda.sh/v1alpha1
    kind: ScaledObject
    metadata: {name: a}
    spec: {minReplicaCount: 3}
)",
                file);
  // The braces are in the same document.
  EXPECT_THAT(file.problems, ElementsAre(ProblemIs(ProblemKind::kTemplate, 5, "helm template")));
  ManifestFile plain;
  ReadManifests("-",
                "kind: List\nitems:\n  - kind: ScaledObject\n    metadata: {name: a}\n"
                "    spec: {minReplicaCount: 3}\n",
                plain);
  EXPECT_THAT(plain.problems, IsEmpty());
  ASSERT_EQ(plain.objects.size(), 1u);
  EXPECT_EQ(plain.objects[0].min_replicas, 3);
}

TEST(ReadManifests, TemplatesAreToldApartFromBrokenYaml) {
  ManifestFile file;
  ReadManifests("a.yaml", R"(kind: ScaledObject
metadata:
  name: {{ .Release.Name }}
---
kind: ScaledObject
metadata: {name: quoted}
spec:
  maxReplicaCount: "{{ .Values.max }}"
---
{{- if .Values.on }}
kind: ScaledObject
{{- end }}
---
kind: PrometheusRule
summary: "{{ $labels.pod }} is down"
---
kind: TriggerAuthentication
metadata: {name: "{{ .Release.Name }}"}
---
kind: ScaledJob
spec: {jobTargetRef: {template: {spec: {containers: [{args: ["{{ .ID }}"]}]}}}}
---
kind: ScaledObject
metadata: {name: fine}   # {{ is only a comment }}
)",
                file);
  EXPECT_THAT(file.problems, ElementsAre(ProblemIs(ProblemKind::kTemplate, 3, "{{"),
                                         ProblemIs(ProblemKind::kTemplate, 8, "{{"),
                                         ProblemIs(ProblemKind::kTemplate, 10, "{{"),
                                         ProblemIs(ProblemKind::kTemplate, 18, "{{")));
  ASSERT_EQ(file.objects.size(), 1u);
  EXPECT_EQ(file.objects[0].name, "fine");
}

TEST(ReadManifests, WhatIsNoTextIsRefusedDocumentByDocument) {
  ManifestFile file;
  ReadManifests(
      "a.yaml",
      "kind: A\nb: \xff\n---\nkind: ScaledObject\nmetadata: {name: fine}\n---\nkind: B\n\n"
      "c: \x04\n---\n# " +
          std::string(kLargestDocument, 'x') + "\nkind: C\n",
      file);
  EXPECT_THAT(file.problems,
              ElementsAre(ProblemIs(ProblemKind::kUnreadable, 2, "byte 0xff is not UTF-8"),
                          ProblemIs(ProblemKind::kUnreadable, 9, "control character 0x04"),
                          ProblemIs(ProblemKind::kUnreadable, 10, "at most 1048576 are read")));
  EXPECT_EQ(file.objects.size(), 1u);
}

TEST(ReadManifests, LinesCountThroughWindowsLineEndsAndMarkers) {
  ManifestFile file;
  ReadManifests("a.yaml",
                "%YAML 1.2\r\n--- # one\r\nkind: A\r\n...\r\n---\r\nkind: ScaledObject\r\n"
                "metadata: {name: a}\r\nspec: {minReplicaCount: no}\r\n",
                file);
  EXPECT_THAT(file.problems,
              ElementsAre(ProblemIs(ProblemKind::kWrongValue, 8, "minReplicaCount is \"no\"")));
}

TEST(ReadText, WhatIsTooLargeIsRefused) {
  EXPECT_THAT(std::string(base::Message(ReadText("/dev/zero").status())),
              HasSubstr("/dev/zero: more than 16777216 bytes"));
  EXPECT_THAT(std::string(base::Message(ReadText("/nowhere").status())),
              HasSubstr("/nowhere: cannot be read"));
}

}  // namespace
}  // namespace gpuscaler::manifests
