#include "scaling/shorthand.h"

#include "scaling/fault.h"
#include "scaling/number.h"

namespace gpuscaler::scaling {
namespace {

absl::Status CheckShorthand(const Shorthand& shorthand, const TriggerDraft& draft) {
  const std::string_view metric = catalog::Row(shorthand.metric).name;
  if (draft.metric != nullptr && draft.metric->id != shorthand.metric) {
    return AtOdds(shorthand.key, " means metricType ", metric, ", but metricType is \"",
                  draft.metric->name, "\"; give metricType and targetValue instead");
  }
  if (draft.quantity != nullptr || draft.series) {
    return AtOdds(
        shorthand.key, " means metricType ", metric, ", but ",
        draft.quantity != nullptr ? "metricType names another one" : "engineMetric is given",
        "; give targetValue instead");
  }
  if (draft.target && *draft.target != *shorthand.target) {
    if (draft.Hides(shorthand.key) || draft.Hides("targetValue")) {
      return AtOdds(shorthand.key, " and targetValue are both given, and differ; give one of them");
    }
    return AtOdds(shorthand.key, " is ", NumberText(*shorthand.target), ", but targetValue is ",
                  NumberText(*draft.target), "; give one of them");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Shorthand> FindShorthand(const TriggerDraft& draft) {
  const Shorthand gpu = {"targetGpuUtilization", catalog::Metric::kGpuUtilization,
                         draft.gpu_utilization_target};
  const Shorthand memory = {"targetMemoryUtilization", catalog::Metric::kMemoryUsedPercent,
                            draft.memory_utilization_target};
  if (gpu.target && memory.target) {
    return AtOdds(gpu.key, " and ", memory.key,
                  " are both given; a trigger has one metric, so write a trigger for each");
  }
  const Shorthand& given = memory.target ? memory : gpu;
  if (given.target) {
    if (absl::Status status = CheckShorthand(given, draft); !status.ok()) return status;
  }
  return given;
}

}  // namespace gpuscaler::scaling
