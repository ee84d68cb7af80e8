// An examination for people and for machines.
#pragma once

#include <string>

#include "doctor/examination.h"

namespace gpuscaler::doctor {

// A line for each finding, and below those that are not ok how to mend it.
std::string TextReport(const Examination& examination);
// {"ok": false, "checks": [{"id": ..., "title": ..., "verdict": ..., "what": ..., "mend": ...}]}
std::string JsonReport(const Examination& examination);

}  // namespace gpuscaler::doctor
