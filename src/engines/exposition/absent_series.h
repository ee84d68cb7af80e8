// That a page was read whole and has no such series.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"

namespace gpuscaler::engines {

inline constexpr const char* kAbsentSeries = "gpuscaler/absent-series";

// FAILED_PRECONDITION. Told apart from one that is there and cannot be used: where several
// addresses are added up, only this one may be left out.
inline absl::Status AbsentSeries(const std::string& message) {
  absl::Status absent = absl::FailedPreconditionError(message);
  absent.SetPayload(kAbsentSeries, absl::Cord());
  return absent;
}
inline bool IsAbsentSeries(const absl::Status& status) {
  return status.GetPayload(kAbsentSeries).has_value();
}

}  // namespace gpuscaler::engines
