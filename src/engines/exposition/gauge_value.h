// The value of a signal that is read from gauges.
#pragma once

#include "absl/status/statusor.h"
#include "engines/exposition/signal.h"
#include "engines/exposition/signal_reading.h"

namespace gpuscaler::engines {

// In the unit of the signal's quantity: scale x the sum of the parts, each folded.
// The error of the first part that has one: FAILED_PRECONDITION for an absent one.
absl::StatusOr<double> GaugeValue(const Signal& signal, const SignalReading& reading);

}  // namespace gpuscaler::engines
