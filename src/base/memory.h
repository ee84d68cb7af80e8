// The memory of this process.
#pragma once

#include <cstdint>

namespace gpuscaler::base {

// Resident bytes, from /proc/self/statm; 0: not known.
uint64_t ResidentBytes();

}  // namespace gpuscaler::base
