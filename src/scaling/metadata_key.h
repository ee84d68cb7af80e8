// The table of metadata keys: what a trigger may say, one row a key. Reading,
// error messages and docs/configuration.md come from its rows.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/aggregations.h"
#include "catalog/engines.h"
#include "catalog/metrics.h"
#include "catalog/profiles.h"
#include "catalog/quantities.h"
#include "engines/exposition/series_expression.h"
#include "engines/exposition/signal.h"
#include "scaling/trigger.h"

namespace gpuscaler::scaling {

inline constexpr double kSmallestTarget = 0.001;  // KEDA counts in thousandths: less becomes 0

// A trigger while its keys are read one by one. What is empty was not given;
// what no other key has a say in goes to `trigger` at once.
struct TriggerDraft {
  Trigger trigger;
  const catalog::ProfileRow* profile = nullptr;
  const catalog::MetricRow* metric = nullptr;  // of metricType
  std::optional<double> target;
  std::optional<double> gpu_utilization_target;
  std::optional<double> memory_utilization_target;
  std::optional<double> activation_threshold;
  std::optional<catalog::Aggregation> aggregation;
  std::optional<double> min_coverage_percent;
  bool group_by_pod = false;
  std::optional<catalog::Aggregation> pod_aggregation;
  bool has_warmup = false;
  bool has_shared_gpus = false;
  // Of engines.
  const catalog::QuantityRow* quantity = nullptr;  // of metricType, where it is none of `metric`
  const catalog::EngineRow* engine = nullptr;
  std::optional<engines::SeriesExpression> series;  // of engineMetric
  std::optional<std::string> engine_endpoint;
  std::optional<std::string> vllm_endpoint;
  std::optional<std::string> triton_endpoint;
  std::optional<std::string> activation_endpoint;
  std::shared_ptr<const engines::Signal> activation_signal;
  std::string_view activation_path = "/metrics";  // where the endpoint names none
  std::optional<double> activation_metric_threshold;
  // Keys whose values came from the environment, which no message repeats.
  std::vector<std::string_view> hidden;

  bool Hides(std::string_view key) const {
    return std::find(hidden.begin(), hidden.end(), key) != hidden.end();
  }
};

struct KeyRow {
  KeyDoc doc;
  // Reads `value`, which is not empty and has no white space around it, into
  // the draft; answers what is wrong with it, empty when nothing is. Only behind a colon
  // does the answer hold pieces of the value.
  std::string (*read)(std::string_view value, TriggerDraft& draft);
  // What is allowed, where a table says it better than `doc.allowed`.
  std::string (*names)() = nullptr;
  bool is_url = false;  // which is shown without what it may hold of secrets

  std::string Allowed() const;
};

std::span<const KeyRow> KeyRows();

}  // namespace gpuscaler::scaling
