// Many readings become one.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "catalog/aggregations.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

// Far above any reading, and still exact in KEDA's thousandths: only a sum of
// nonsense ends here.
inline constexpr double kLargestValue = 9e12;

// Of finite values, at least one; finite, within kLargestValue either way. Changes the order
// of `values`.
double Combined(catalog::Aggregation aggregation, std::span<double> values);

// Over the GPUs of `evaluation` that count, at least one.
double Aggregate(catalog::Aggregation aggregation, const Evaluation& evaluation);
// First within each pod of its fresh replicas, then across the pods.
double AggregateByPod(const Trigger& trigger, const Evaluation& evaluation);

// Without one of its terms a sum is smaller than what it stands for: that GPU
// would count as zero. OK, or UNAVAILABLE naming it. One that is lost has no load, and drops
// out.
absl::Status CheckTerms(const Trigger& trigger, const Evaluation& evaluation);

}  // namespace gpuscaler::scaling
