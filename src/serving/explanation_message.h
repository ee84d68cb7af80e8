// Why a decision is what it is, as the message of proto/decision.proto.
#pragma once

#include <cstddef>

#include "decision.pb.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {

// The parts of an evaluation and why they count or not, at most `most` of each kind: what
// could be found out, of an error too.
void DescribeParts(const scaling::Trigger& trigger, const scaling::Evaluation& evaluation,
                   size_t most, decision::v1::Explanation& explanation);

}  // namespace gpuscaler::serving
