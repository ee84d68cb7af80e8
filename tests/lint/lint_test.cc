#include "lint/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Rules(const Result& result) {
  std::vector<std::string> ids;
  for (const Finding& finding : result.findings) ids.emplace_back(finding.rule->id);
  return ids;
}

constexpr std::string_view kTrap = R"(apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: llm, namespace: ml}
spec:
  scaleTargetRef: {name: llm}
  minReplicaCount: 1
  maxReplicaCount: 10
  triggers:
    - type: external-push
      metadata:
        scalerAddress: keda-gpu-scaler.keda:6000
        targetGpuUtilization: "80"
)";

TEST(Lint, NamesFileLineRuleAndTheValueThatIsWrong) {
  const Result result = Lint({{"a.yaml", std::string(kTrap)}});
  ASSERT_EQ(result.findings.size(), 1u);
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.file, "a.yaml");
  EXPECT_EQ(finding.line, 12);
  EXPECT_EQ(finding.rule->id, "two-replica-trap");
  EXPECT_EQ(finding.rule->severity, Severity::kError);
  EXPECT_THAT(finding.message,
              AllOf(HasSubstr("gpu_utilization"), HasSubstr("AverageValue, KEDA's default"),
                    HasSubstr("never more than 2 of maxReplicaCount 10"),
                    HasSubstr("give workload, or metricType: Value")));
  EXPECT_EQ(result.files, 1u);
  EXPECT_EQ(result.objects, 1u);
  EXPECT_EQ(result.triggers, 1u);
  EXPECT_FALSE(result.unreadable);
}

// The trap shuts at ceil(100 / target).
TEST(Lint, TheTrapIsAMatterOfTargetAndMaximum) {
  const struct {
    std::string target, most;
    bool trapped;
  } rows[] = {{"80", "2", false},  {"80", "3", true},   {"50", "2", false},
              {"50", "3", true},   {"49", "3", false},  {"49", "4", true},
              {"1", "100", false}, {"100", "1", false}, {"100", "2", true}};
  for (const auto& row : rows) {
    std::string text(kTrap);
    text.replace(text.find("\"80\""), 4, "\"" + row.target + "\"");
    text.replace(text.find("Count: 10"), 9, "Count: " + row.most);
    const Result result = Lint({{"a.yaml", text}});
    EXPECT_EQ(result.findings.size(), row.trapped ? 1u : 0u) << row.target << " " << row.most;
  }
}

TEST(Lint, WhatTheScalerRefusesIsToldKeyByKey) {
  const Result result = Lint({{"a.yaml", R"(apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: llm, namespace: ml}
spec:
  scaleTargetRef: {name: llm}
  minReplicaCount: 1
  maxReplicaCount: 2
  triggers:
    - type: external-push
      metadata:
        scalerAddress: keda-gpu-scaler.keda:6000
        window: forever
        agregation: avg
        profile: vllm-infligt
        vllmEndpoint: http://llm:8000
)"}});
  EXPECT_THAT(Rules(result), ElementsAre("bad-metadata", "unknown-key", "bad-metadata"));
  EXPECT_EQ(result.findings[0].line, 12);
  EXPECT_THAT(result.findings[0].message, HasSubstr("window: \"forever\""));
  EXPECT_EQ(result.findings[1].line, 13);
  EXPECT_THAT(result.findings[1].message, HasSubstr("did you mean aggregation?"));
  EXPECT_EQ(result.findings[2].line, 14);
  EXPECT_THAT(result.findings[2].message, HasSubstr("profile: \"vllm-infligt\""));
}

// A key that comes from the environment is there, and nobody knows what it says.
TEST(Lint, AValueFromTheEnvironmentIsNotGuessed) {
  std::string text(kTrap);
  text.replace(text.find("targetGpuUtilization: \"80\""), 26,
               "targetGpuUtilizationFromEnv: TARGET\n        windoow: 30s");
  const Result result = Lint({{"a.yaml", text}});
  EXPECT_THAT(Rules(result), ElementsAre("unknown-key"));
}

// Other external scalers have keys that are called like ours, and ours can have any address.
TEST(Lint, AnotherScalersTriggerIsKnownByItsKeysUnlessTheAddressSaysWhose) {
  const struct {
    std::string_view metadata;
    bool checked;
  } rows[] = {
      {"scalerAddress: 'keda-gpu-scaler.keda:6000', query: up, targetValue: '80'", true},
      {"scalerAddress: 'a.keda:6000', targetValue: '80'", true},
      {"scalerAddress: 'a.keda:6000', targetValue: '80', agregation: avg", true},
      {"scalerAddress: 'a.keda:6000', targetValue: '80', enableTLS: 'true'", true},
      {"scalerAddress: 'a.keda:6000', targetValue: '80', query: up", false},
      {"scalerAddress: 'a.keda:6000', agregation: avg", false},
      {"scalerAddress: 'a.keda:6000'", false},
      {"scalerAddressFromEnv: A, targetValue: '80', query: up", true},
      {"targetValue: '80', query: up", true},
      {"query: up", false},
  };
  for (const auto& row : rows) {
    const Result result = Lint({{"a.yaml", base::StrCat("kind: ScaledObject\nmetadata: {name: a}\n"
                                                        "spec: {triggers: [{type: external, "
                                                        "metadata: {",
                                                        row.metadata, "}}]}\n")}});
    EXPECT_EQ(result.triggers, row.checked ? 1u : 0u) << row.metadata;
  }
}

TEST(Lint, WhatAnotherFileHoldsCounts) {
  const std::string object = R"(apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: llm, namespace: ml}
spec:
  scaleTargetRef: {name: llm}
  minReplicaCount: 1
  maxReplicaCount: 8
  triggers:
    - type: external-push
      authenticationRef: {name: tls}
      metadata:
        scalerAddress: keda-gpu-scaler.keda:6000
        targetGpuUtilization: "80"
        workload: deployment/llm
)";
  const auto authentication = [](const std::string& name_space) {
    return "apiVersion: keda.sh/v1alpha1\nkind: TriggerAuthentication\nmetadata: {name: tls, "
           "namespace: " +
           name_space +
           "}\nspec:\n  secretTargetRef:\n    - {parameter: tlsClientCert, name: a, key: b}\n";
  };
  const auto deployment = [](const std::string& image) {
    return "kind: Deployment\nmetadata: {name: llm}\nspec: {template: {spec: {containers: [{image: "
           "'" +
           image + "'}]}}}\n";
  };
  EXPECT_THAT(Rules(Lint({{"a", object}})), IsEmpty());
  EXPECT_THAT(Rules(Lint({{"a", object}, {"b", authentication("ml")}})),
              ElementsAre("tls-client-certificate"));
  EXPECT_THAT(Rules(Lint({{"a", object}, {"b", authentication("other")}})), IsEmpty());
  EXPECT_THAT(Rules(Lint({{"b", deployment("lmsysorg/sglang:v0.5")}, {"a", object}})),
              ElementsAre("utilization-under-batching"));
  EXPECT_THAT(Rules(Lint({{"b", deployment("example.org/diffusion:1")}, {"a", object}})),
              IsEmpty());
}

TEST(Lint, AnEngineIsKnownByAWholeWordWhereItsNameIsShort) {
  for (const auto& [name, found] :
       {std::pair("chat-tgi", true), std::pair("tgi", true), std::pair("nim-llama", true),
        std::pair("batgirl", false), std::pair("animals", false), std::pair("nimbus", false),
        std::pair("my-trtllm-2", true), std::pair("sglang-x", true)}) {
    std::string text(kTrap);
    text.replace(text.find("{name: llm}"), 11, std::string("{name: ") + name + "}");
    text.replace(text.find("Count: 10"), 9, "Count: 2");
    const Result result = Lint({{"a.yaml", text}});
    EXPECT_EQ(result.findings.size(), found ? 1u : 0u) << name;
  }
}

TEST(Lint, UnreadableDocumentsAreCountedAndCannotBeSilenced) {
  const Result broken = Lint(
      {{"a.yaml", "# keda-gpu-scaler:ignore unreadable\nkind: [\n---\n" + std::string(kTrap)}});
  EXPECT_TRUE(broken.unreadable);
  EXPECT_THAT(Rules(broken), ElementsAre("unreadable", "two-replica-trap"));
  const Result chart = Lint({{"a.yaml", "kind: ScaledObject\nname: {{ .Values.x }}\n"}});
  EXPECT_TRUE(chart.unreadable);
  EXPECT_THAT(Rules(chart), ElementsAre("helm-template"));
  EXPECT_FALSE(Lint({{"a.yaml", "kind: ScaledObject\nmetadata: {}\n"}}).unreadable);
}

TEST(Lint, ACommentAtTheHeadOfADocumentCountsForThatDocumentAlone) {
  const std::string head = "# Some words.\n\n# keda-gpu-scaler:ignore two-replica-trap: two do\n";
  const Result result =
      Lint({{"a.yaml", head + std::string(kTrap) + "---\n" + std::string(kTrap)}});
  ASSERT_THAT(Rules(result), ElementsAre("two-replica-trap"));
  EXPECT_EQ(result.findings[0].line, 3 + 12 + 1 + 12);
  const Result before = Lint({{"a.yaml", head + "---\n" + std::string(kTrap)}});
  EXPECT_THAT(Rules(before), IsEmpty()) << "also above the marker";
}

}  // namespace
}  // namespace gpuscaler::lint
