#include "scaling/activation_choice.h"

#include <memory>
#include <utility>

#include "base/strings.h"
#include "catalog/engine_quantities.h"
#include "engines/exposition/series_expression.h"
#include "scaling/fault.h"

namespace gpuscaler::scaling {

absl::StatusOr<std::optional<ActivationSignal>> ChooseActivation(const TriggerDraft& draft) {
  const struct {
    bool given;
    std::string_view key, needs;
    bool has;
  } rows[] = {{draft.activation_endpoint.has_value(), "activationEndpoint", "activationMetric",
               draft.activation_signal != nullptr},
              {draft.activation_signal != nullptr, "activationMetric", "activationEndpoint",
               draft.activation_endpoint.has_value()},
              {draft.activation_metric_threshold.has_value(), "activationMetricThreshold",
               "activationEndpoint", draft.activation_endpoint.has_value()}};
  for (const auto& row : rows) {
    if (!row.given || row.has) continue;
    return AtOdds(row.key, " needs ", row.needs);
  }
  if (!draft.activation_endpoint) return std::nullopt;
  ActivationSignal activation;
  activation.source.endpoint =
      *engines::ParseEndpoint(*draft.activation_endpoint, draft.activation_path);
  activation.source.signal = draft.activation_signal;
  activation.threshold = draft.activation_metric_threshold.value_or(0);
  return activation;
}

std::string ReadActivationMetric(std::string_view value, TriggerDraft& draft) {
  const size_t slash = value.find('/');
  if (slash != std::string_view::npos && value.find('"') == std::string_view::npos) {
    const catalog::EngineRow* engine = catalog::FindEngine(value.substr(0, slash));
    if (engine == nullptr) return "names no engine";
    if (engine->any_series) {
      return base::StrCat("names no series: of ", engine->name,
                          " give the series itself, like my_queue_length{queue=\"a\"}");
    }
    const catalog::QuantityRow* quantity = catalog::FindQuantity(value.substr(slash + 1));
    const auto* row =
        quantity == nullptr ? nullptr : catalog::FindEngineQuantity(engine->id, quantity->id);
    if (row == nullptr) {
      return base::StrCat("names nothing that ", engine->name, " tells (",
                          catalog::QuantityNamesOf(engine->id), ")");
    }
    draft.activation_signal = std::make_shared<const engines::Signal>(engines::SignalOf(*row));
    draft.activation_path = engine->path;
    return "";
  }
  auto series = engines::ParseSeriesExpression(value);
  if (!series.ok()) return base::StrCat("is no series: ", base::Message(series.status()));
  draft.activation_signal = std::make_shared<const engines::Signal>(engines::SignalOf(*series));
  return "";
}

}  // namespace gpuscaler::scaling
