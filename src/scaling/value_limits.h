// What a trigger's value can never ask for, whatever the load.
#pragma once

#include <string>
#include <vector>

#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Lines that begin with "limit: "; empty: nothing limits it.
std::vector<std::string> ValueLimits(const Trigger& trigger);

}  // namespace gpuscaler::scaling
