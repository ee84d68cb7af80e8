#include "lint/admission.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/json_quote.h"
#include "base/strings.h"
#include "lint/rules.h"
#include "manifests/go_float.h"

namespace gpuscaler::lint {
namespace {

using manifests::Places;
using manifests::ProblemKind;
using manifests::ScaledObject;

constexpr size_t kLongestName = 253;
// KEDA writes both names into labels (verifyName of its ScaledObject's webhook).
constexpr size_t kLongestLabel = 63;
constexpr std::string_view kHpaPrefix = "keda-hpa-";

// A DNS subdomain, as Kubernetes wants an object's name.
bool IsObjectName(std::string_view name) {
  const auto is_alnum = [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c));
  };
  const auto may_stand = [&](char c) { return is_alnum(c) || c == '-' || c == '.'; };
  return !name.empty() && is_alnum(name.front()) && is_alnum(name.back()) &&
         std::all_of(name.begin(), name.end(), may_stand) &&
         name.find("..") == std::string_view::npos && name.find(".-") == std::string_view::npos &&
         name.find("-.") == std::string_view::npos;
}

void Version(const Places& places, Findings& findings) {
  if (places.Has("apiVersion")) return;
  findings.Add(places.LineOf(""), "no apiVersion; give keda.sh/v1alpha1");
}

void Name(const std::string& name, const Places& places, Findings& findings) {
  const int line = places.LineOf("metadata.name");
  if (!name.empty() && !IsObjectName(name)) {
    findings.Add(line, "metadata.name is ", base::QuotedStart(name),
                 "; a name holds small letters, digits, - and . alone, and begins and ends with a "
                 "letter or digit");
  }
  if (name.size() > kLongestName) {
    findings.Add(line, "metadata.name has ", name.size(), " characters, and a name has at most ",
                 kLongestName, "; shorten it");
  }
}

void Labels(const ScaledObject& object, Findings& findings) {
  if (object.is_job) return;
  const size_t most = kLongestLabel - (object.hpa_name.empty() ? kHpaPrefix.size() : 0);
  if (object.name.size() > most && object.name.size() <= kLongestName) {
    findings.Add(object.places.LineOf("metadata.name"), "metadata.name has ", object.name.size(),
                 " characters, and at most ", most,
                 " fit into the labels that KEDA makes of it; shorten it");
  }
  if (object.hpa_name.size() > kLongestLabel) {
    findings.Add(object.places.LineOf("spec.advanced.horizontalPodAutoscalerConfig.name"),
                 "the HPA's name has ", object.hpa_name.size(), " characters, and at most ",
                 kLongestLabel, " fit into a label; shorten it");
  }
}

void Triggers(const ScaledObject& object, Findings& findings) {
  if (!object.triggers.empty() || !object.other_triggers.empty()) return;
  if (object.places.IsRefused("spec.triggers")) return;
  findings.Add(object.places.LineOf("spec.triggers"),
               "no triggers, of which KEDA wants one at least; give a list under spec.triggers");
}

void Formula(const ScaledObject& object, Findings& findings) {
  constexpr std::string_view kModifiers = "spec.advanced.scalingModifiers";
  const manifests::ScalingModifiers& modifiers = object.scaling_modifiers;
  const auto lacks = [&](std::string_view text, std::string_view field) {
    return text.empty() && !object.places.IsRefused(base::StrCat(kModifiers, ".", field));
  };
  const bool no_formula = lacks(modifiers.formula, "formula");
  const bool no_target = lacks(modifiers.target, "target");
  const bool by_formula = object.fallback && object.fallback->behavior == "scalingModifiers";
  if (by_formula && no_formula) {
    findings.Add(object.places.LineOf("spec.fallback.behavior"),
                 "fallback.behavior is scalingModifiers, and there is no formula; give "
                 "advanced.scalingModifiers.formula, or another behavior");
  }
  if (!object.has_scaling_modifiers) return;
  if (no_formula || no_target) {
    findings.Add(object.places.LineOf(kModifiers), "scalingModifiers lacks ",
                 no_formula ? "formula" : "target", "; it needs formula and target");
  }
}

// The activationTarget is nothing to KEDA's admission. Without a number it wakes nothing.
void FormulaTargets(const ScaledObject& object, Findings& findings) {
  const auto& [formula, target, activation_target] = object.scaling_modifiers;
  if (!target.empty() && manifests::ReadGoFloat(target).value_or(0) <= 0) {
    findings.Add(object.places.LineOf("spec.advanced.scalingModifiers.target"),
                 "scalingModifiers.target is ", base::QuotedStart(target),
                 "; it must be a number above 0, without blanks or unit");
  }
  if (!activation_target.empty() && !manifests::ReadGoFloat(activation_target)) {
    findings.Add(object.places.LineOf("spec.advanced.scalingModifiers.activationTarget"),
                 "scalingModifiers.activationTarget is ", base::QuotedStart(activation_target),
                 "; it must be a number, without blanks or unit");
  }
}

void TargetVersion(const ScaledObject& object, Findings& findings) {
  const std::string& version = object.target.api_version;
  if (std::count(version.begin(), version.end(), '/') <= 1) return;
  findings.Add(object.places.LineOf("spec.scaleTargetRef.apiVersion"),
               "scaleTargetRef.apiVersion is ", base::QuotedStart(version),
               "; it must be a group and a version like apps/v1, or a version alone");
}

// KEDA's verifyCPUMemoryScalers and CheckFallbackValid: HPA reads what these tell by itself.
void ResourcesAlone(const ScaledObject& object, Findings& findings) {
  const auto& types = object.other_triggers;
  const bool alone = object.triggers.empty() && !types.empty() &&
                     std::all_of(types.begin(), types.end(), [](std::string_view type) {
                       return type == "cpu" || type == "memory";
                     });
  if (!alone || object.is_job) return;
  if (object.fallback && !object.has_scaling_modifiers) {
    findings.Add(object.places.LineOf("spec.fallback"),
                 "fallback without a trigger other than cpu and memory, for which KEDA has none; "
                 "leave it out");
  }
  // The kinds whose pods it looks at.
  const bool is_known = object.target.api_version == "apps/v1" &&
                        (object.target.kind == "Deployment" || object.target.kind == "StatefulSet");
  if (!is_known || !object.counts_known || object.min_replicas > 0) return;
  findings.Add(
      object.places.LineOf("spec.minReplicaCount"),
      "minReplicaCount is 0, as it is by default, and without a trigger other than cpu and "
      "memory nothing would end that; give 1 at least");
}

}  // namespace

void AddRefusals(const ScaledObject& object, std::vector<Finding>& found) {
  Findings findings(RuleOf(ProblemKind::kWrongValue), object.file, found);
  Version(object.places, findings);
  Name(object.name, object.places, findings);
  for (const auto add :
       {Labels, TargetVersion, Triggers, Formula, FormulaTargets, ResourcesAlone}) {
    add(object, findings);
  }
}

void AddRefusals(const manifests::TriggerAuthentication& authentication,
                 std::vector<Finding>& found) {
  Findings findings(RuleOf(ProblemKind::kWrongValue), authentication.file, found);
  Version(authentication.places, findings);
  Name(authentication.name, authentication.places, findings);
}

}  // namespace gpuscaler::lint
