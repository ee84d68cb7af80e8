// An evaluation in words.
#pragma once

#include <string>
#include <vector>

#include "scaling/evaluation.h"

namespace gpuscaler::scaling {

// A line per step: which GPUs count and why others do not, the aggregate, the
// reported value, active or not and why, and what HPA can make of it.
std::vector<std::string> Explain(const Trigger& trigger, const Evaluation& evaluation);

}  // namespace gpuscaler::scaling
