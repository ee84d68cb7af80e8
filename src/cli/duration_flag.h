// A duration as CLI11 reads and shows it: "200ms", "2s".
#pragma once

#include <iosfwd>
#include <string>

#include "base/time.h"

namespace gpuscaler::cli {

struct DurationFlag {
  base::Duration value = {};
};

// CLI11 finds these by argument-dependent lookup.
bool lexical_cast(const std::string& text, DurationFlag& flag);
std::ostream& operator<<(std::ostream& out, const DurationFlag& flag);

}  // namespace gpuscaler::cli
