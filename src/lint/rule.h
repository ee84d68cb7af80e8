// A rule: one kind of mistake, and how it is found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "lint/checked_object.h"
#include "lint/finding.h"

namespace gpuscaler::lint {

// Takes the findings of one rule in one file.
class Findings {
 public:
  Findings(const RuleRow& rule, std::string_view file, std::vector<Finding>& found)
      : rule_(rule), file_(file), found_(found) {}

  template <class... Pieces>
  void Add(int line, const Pieces&... pieces) {
    AddText(line, base::StrCat(pieces...));
  }

 private:
  void AddText(int line, std::string message);

  const RuleRow& rule_;
  std::string_view file_;
  std::vector<Finding>& found_;
};

inline constexpr bool kOfHpaArithmetic = true;

// One of the functions is there; of a rule that comes out of reading none.
struct RuleRow {
  std::string_view id;
  Severity severity;
  std::string_view title;  // one line
  std::string_view why;    // what happens
  std::string_view mend;   // what to write instead
  void (*of_object)(const CheckedObject& object, Findings& findings) = nullptr;
  void (*of_trigger)(const CheckedTrigger& trigger, Findings& findings) = nullptr;
  // It judges what HPA makes of a trigger's own number and target: not where a formula
  // (scalingModifiers) makes one number of them all, with a target and a type of its own.
  bool of_hpa_arithmetic = false;

  // Of a ScaledJob the scaler and KEDA's connection to it are the same, all else differs.
  bool applies_to_jobs() const;
  // Also to objects none of whose triggers is this scaler's.
  bool applies_to_others() const;
};

}  // namespace gpuscaler::lint
