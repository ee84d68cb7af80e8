#include "base/time.h"

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "base/strings.h"

namespace gpuscaler::base {

absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  absl::Duration parsed;
  if (!absl::ParseDuration({text.data(), text.size()}, &parsed) ||
      parsed > absl::FromChrono(Duration::max()) || parsed < absl::FromChrono(Duration::min())) {
    return absl::InvalidArgumentError(
        StrCat("\"", text, "\" is not a duration; write it like 200ms, 2s or 1m30s"));
  }
  return absl::ToChronoNanoseconds(parsed);
}

std::string FormatDuration(Duration duration) {
  return absl::FormatDuration(absl::FromChrono(duration));
}

std::string FormatSeconds(Duration duration) {
  return absl::StrFormat("%.1fs", ToSeconds(duration));
}

}  // namespace gpuscaler::base
