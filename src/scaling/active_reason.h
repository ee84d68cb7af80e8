// Why a workload is active or not, in words.
#pragma once

#include <string>

#include "scaling/evaluation.h"

namespace gpuscaler::scaling {

// "a GPU exceeds the activation threshold 5", "neither a GPU nor ...".
std::string WhyActive(const Trigger& trigger, const Evaluation& evaluation);

}  // namespace gpuscaler::scaling
