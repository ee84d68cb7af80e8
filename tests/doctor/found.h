// What a check found, as a test compares it.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "base/strings.h"
#include "doctor/checks.h"

namespace gpuscaler::doctor {

// "not ok: no /dev/nvidia* is here": a line for each finding.
inline std::string Text(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    base::StrAppend(&text, VerdictName(finding.verdict), ": ", finding.what, "\n");
    // Who is told that something is wrong is told how to mend it.
    const bool bad = finding.verdict == Verdict::kNotOk || finding.verdict == Verdict::kWarn;
    EXPECT_EQ(bad, !finding.mend.empty()) << finding.what;
  }
  return text;
}

// Of a subject that reads no hardware: no probe is begun.
inline std::string Found(Findings (*check)(const Examined&), Subject subject) {
  subject.reads_hardware = false;
  subject.patience = std::chrono::seconds(20);  // of sanitizers
  return Text(check(Examined(std::move(subject))));
}

}  // namespace gpuscaler::doctor
