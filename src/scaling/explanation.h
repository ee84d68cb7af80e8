// An evaluation in words.
#pragma once

#include <string>
#include <vector>

#include "scaling/evaluation.h"

namespace gpuscaler::scaling {

// A line per step: which GPUs count and why others do not, the aggregate, the
// reported value, active or not and why, and what HPA can make of it.
std::vector<std::string> Explain(const Trigger& trigger, const Evaluation& evaluation);

// Of these lines those that do not list GPUs, replicas and addresses one by one, and say
// nothing of HPA: the arithmetic, or why there is none; and whether it is active.
std::vector<std::string> ExplainSteps(const Trigger& trigger, const Findings& findings);

}  // namespace gpuscaler::scaling
