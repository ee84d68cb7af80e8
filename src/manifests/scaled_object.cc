#include "manifests/scaled_object.h"

#include "base/strings.h"

namespace gpuscaler::manifests {

std::string MetricTypeContradiction(const ScaledObjectTrigger& trigger) {
  const auto& metadata = trigger.metadata;
  if (metadata.contains("hpaMetricTypeFromEnv")) return "";
  const auto told = metadata.find("hpaMetricType");
  if (told == metadata.end() && !metadata.contains("workload")) return "";
  const std::string_view scaler =
      told == metadata.end() ? std::string_view("AverageValue") : told->second;
  const std::string_view hpa = trigger.hpa_metric_type == scaling::HpaMetricType::kValue
                                   ? std::string_view("Value")
                                   : std::string_view("AverageValue");
  if (scaler == hpa) return "";
  return base::StrCat("metricType is ", hpa, " and metadata.hpaMetricType ",
                      told == metadata.end() ? "is not given, which means " : "is ", scaler,
                      ": HPA would take the number for what it is not; they must be the same");
}

}  // namespace gpuscaler::manifests
