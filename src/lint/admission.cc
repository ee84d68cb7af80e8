#include "lint/admission.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/json_quote.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

using manifests::ProblemKind;
using manifests::ScaledObject;

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

void Version(const ScaledObject& object, Findings& findings) {
  if (object.places.Has("apiVersion")) return;
  findings.Add(object.places.LineOf(""), "no apiVersion; give keda.sh/v1alpha1");
}

void Name(const ScaledObject& object, Findings& findings) {
  const int line = object.places.LineOf("metadata.name");
  if (object.name.empty()) return;
  if (!IsObjectName(object.name)) {
    findings.Add(line, "metadata.name is ", base::QuotedStart(object.name),
                 "; a name holds small letters, digits, - and . alone, and begins and ends with a "
                 "letter or digit");
  }
  if (object.is_job) return;
  const size_t most = kLongestLabel - (object.hpa_name.empty() ? kHpaPrefix.size() : 0);
  if (object.name.size() > most) {
    findings.Add(line, "metadata.name has ", object.name.size(), " characters, and at most ", most,
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
  const bool given = object.places.Has("spec.triggers");
  findings.Add(object.places.LineOf(given ? "spec.triggers" : "spec"),
               "no triggers, of which KEDA wants one at least; give a list under spec.triggers");
}

void Formula(const ScaledObject& object, Findings& findings) {
  const auto& [formula, target] = object.scaling_modifiers;
  const bool by_formula = object.fallback && object.fallback->behavior == "scalingModifiers";
  if (by_formula && formula.empty()) {
    findings.Add(object.places.LineOf("spec.fallback.behavior"),
                 "fallback.behavior is scalingModifiers, and there is no formula; give "
                 "advanced.scalingModifiers.formula, or another behavior");
  }
  if (!object.has_scaling_modifiers) return;
  if (formula.empty() || target.empty()) {
    findings.Add(object.places.LineOf("spec.advanced.scalingModifiers"), "scalingModifiers lacks ",
                 formula.empty() ? "formula" : "target", "; it needs formula and target");
    return;
  }
  double number = 0;
  if (absl::SimpleAtod(target, &number) && number > 0) return;
  findings.Add(object.places.LineOf("spec.advanced.scalingModifiers.target"),
               "scalingModifiers.target is ", base::QuotedStart(target),
               "; it must be a number above 0");
}

}  // namespace

void AddRefusals(const ScaledObject& object, std::vector<Finding>& found) {
  const RuleRow& rule = RuleOf(ProblemKind::kWrongValue);
  for (const auto add : {Version, Name, Triggers, Formula}) {
    std::vector<Finding> more;
    Findings findings(rule, object.file, more);
    add(object, findings);
    for (Finding& each : more) {
      // Of what is no text, number or list enough was said.
      const bool said = std::any_of(found.begin(), found.end(), [&each](const Finding& other) {
        return other.line == each.line && other.rule == each.rule;
      });
      if (!said) found.push_back(std::move(each));
    }
  }
}

}  // namespace gpuscaler::lint
