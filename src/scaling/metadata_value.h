// How the values of metadata keys are read: one function a kind of value. Each
// reads `value`, which is not empty and has no white space around it, into the
// draft, and answers what is wrong with it; empty: nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scaling/metadata_key.h"

namespace gpuscaler::scaling {

std::string ReadOptionalNumber(std::string_view value, double min, double max,
                               std::optional<double>* number);
std::string ReadProfile(std::string_view value, TriggerDraft& draft);
std::string ReadMetric(std::string_view value, TriggerDraft& draft);
std::string MetricTypesAllowed();
std::string ReadAggregation(std::string_view value, TriggerDraft& draft);
std::string ReadGpuIndex(std::string_view value, TriggerDraft& draft);
std::string ReadHeartbeat(std::string_view value, TriggerDraft& draft);
std::string ReadMetricName(std::string_view value, TriggerDraft& draft);
std::string ReadHpaMetricType(std::string_view value, TriggerDraft& draft);
std::string ReadWindow(std::string_view value, TriggerDraft& draft);
std::string ReadWorkload(std::string_view value, TriggerDraft& draft);
std::string WorkloadsAllowed();
std::string ReadWarmup(std::string_view value, TriggerDraft& draft);
std::string ReadGroupBy(std::string_view value, TriggerDraft& draft);
std::string ReadPodAggregation(std::string_view value, TriggerDraft& draft);
std::string ReadSharedGpus(std::string_view value, TriggerDraft& draft);

}  // namespace gpuscaler::scaling
