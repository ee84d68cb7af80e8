#include "cli/duration_flag.h"

#include <ostream>

namespace gpuscaler::cli {

bool lexical_cast(const std::string& text, DurationFlag& flag) {
  const auto parsed = base::ParseDuration(text);
  if (!parsed.ok()) return false;
  flag.value = *parsed;
  return true;
}

std::ostream& operator<<(std::ostream& out, const DurationFlag& flag) {
  // With its unit: by it a flag that takes a duration is known.
  return out << (flag.value == base::Duration::zero() ? "0s" : base::FormatDuration(flag.value));
}

}  // namespace gpuscaler::cli
