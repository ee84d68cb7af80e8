#include "lint/lint.h"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "lint/admission.h"
#include "lint/checked_object.h"
#include "lint/rules.h"
#include "lint/suppressions.h"
#include "manifests/manifest_file.h"

namespace gpuscaler::lint {
namespace {

using manifests::ManifestFile;
using manifests::ProblemKind;

bool IsUnread(const Finding& finding) {
  return finding.rule == &RuleOf(ProblemKind::kUnreadable) ||
         finding.rule == &RuleOf(ProblemKind::kTemplate);
}

void AddProblems(const ManifestFile& file, std::vector<Finding>& found) {
  for (const manifests::Problem& problem : file.problems) {
    Findings(RuleOf(problem.kind), file.path, found).Add(problem.line, problem.what);
  }
}

void ApplyRules(const CheckedObject& object, std::vector<Finding>& found) {
  for (const RuleRow& rule : Rules()) {
    if (rule.of_hpa_arithmetic && object.object->has_scaling_modifiers) continue;
    if (object.object->is_job && !rule.applies_to_jobs()) continue;
    if (object.triggers.empty() && !rule.applies_to_others()) continue;
    Findings findings(rule, object.object->file, found);
    if (rule.of_object != nullptr) rule.of_object(object, findings);
    if (rule.of_trigger == nullptr) continue;
    for (const CheckedTrigger& trigger : object.triggers) rule.of_trigger(trigger, findings);
  }
}

// In order of line, each thing said once.
void Tidy(std::vector<Finding>& found) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.line < b.line; });
  std::set<std::tuple<int, const RuleRow*, std::string>> seen;
  std::erase_if(found, [&seen](const Finding& finding) {
    return !seen.emplace(finding.line, finding.rule, finding.message).second;
  });
}

}  // namespace

size_t Result::Count(Severity severity) const {
  return static_cast<size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [severity](const Finding& each) { return each.rule->severity == severity; }));
}

Result Lint(std::vector<InputFile> files) {
  Result result;
  result.files = files.size();
  std::vector<std::unique_ptr<ManifestFile>> read;
  Surroundings surroundings;
  for (InputFile& file : files) {
    read.push_back(std::make_unique<ManifestFile>());
    manifests::ReadManifests(std::move(file.path), std::move(file.text), *read.back());
    for (const auto& each : read.back()->authentications) {
      surroundings.authentications.push_back(&each);
    }
    for (const auto& each : read.back()->pod_templates) surroundings.pod_templates.push_back(&each);
  }
  for (const auto& file : read) {
    std::vector<Finding> found;
    AddProblems(*file, found);
    for (const auto& each : file->authentications) AddRefusals(each, found);
    const auto check = [&](const manifests::ScaledObject& object) {
      CheckedObject checked;
      Check(object, surroundings, checked);
      AddRefusals(object, found);
      result.triggers += checked.triggers.size();
      ApplyRules(checked, found);
    };
    result.objects += file->objects.size();
    std::for_each(file->objects.begin(), file->objects.end(), check);
    std::for_each(file->jobs.begin(), file->jobs.end(), check);
    const Suppressions suppressions(*file, found);
    std::erase_if(found, [&suppressions](const Finding& finding) {
      return !IsUnread(finding) && suppressions.Silences(finding);
    });
    Tidy(found);
    result.unreadable |= std::any_of(found.begin(), found.end(), IsUnread);
    std::move(found.begin(), found.end(), std::back_inserter(result.findings));
  }
  return result;
}

}  // namespace gpuscaler::lint
