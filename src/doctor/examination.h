// Runs the checks, all at once, and gives up those that hang.
#pragma once

#include <span>
#include <vector>

#include "doctor/checks.h"
#include "doctor/finding.h"
#include "doctor/subject.h"

namespace gpuscaler::doctor {

struct CheckResult {
  const CheckRow* check;  // not owned, of the table
  Findings findings;      // one at least
};

struct Examination {
  std::vector<CheckResult> results;  // in the order of the table
  // A check still runs, on a thread that nobody can end: the process can only leave by
  // _Exit.
  bool something_hangs = false;

  bool ok() const;  // nothing is kNotOk
};

// Takes little more than subject.patience, whatever hangs.
Examination Examine(Subject subject, std::span<const CheckRow> checks);

}  // namespace gpuscaler::doctor
