#include "scaling/active_reason.h"

#include "base/strings.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {

std::string WhyActive(const Trigger& trigger, const Evaluation& evaluation) {
  const std::string threshold = NumberText(trigger.activation_threshold);
  switch (evaluation.active_reason) {
    case ActiveReason::kGpuExceeds:
      return base::StrCat("a GPU exceeds the activation threshold ", threshold);
    case ActiveReason::kAggregateExceeds:
      return base::StrCat("the aggregate exceeds the activation threshold ", threshold);
    case ActiveReason::kReplicaWarming:
      return "a replica is warming";
    case ActiveReason::kReplicaMissing:
      return "a replica is missing, and may be busy";
    case ActiveReason::kEngineExceeds:
      return base::StrCat("an address exceeds the activation threshold ", threshold);
    case ActiveReason::kActivationSignal:
      return base::StrCat(trigger.activation->source.signal->name, " exceeds ",
                          NumberText(trigger.activation->threshold));
    case ActiveReason::kReplicaAwaited:
      return base::StrCat(trigger.activation->source.signal->name, " exceeded ",
                          NumberText(trigger.activation->threshold),
                          " lately, and no replica has come yet");
    case ActiveReason::kAlwaysActive:
      return base::StrCat("nothing exceeds the activation threshold ", threshold,
                          ", but the profile ",
                          trigger.profile == nullptr ? std::string_view() : trigger.profile->name,
                          " is always active");
    case ActiveReason::kNothingExceeds:
      return base::StrCat("neither ", trigger.engine ? "an address" : "a GPU",
                          " nor the aggregate exceeds the activation threshold ", threshold);
  }
  return "";
}

}  // namespace gpuscaler::scaling
