#include "scaling/engine_choice.h"

#include <array>
#include <memory>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"
#include "catalog/engine_quantities.h"
#include "engines/exposition/series_expression.h"
#include "scaling/fault.h"

namespace gpuscaler::scaling {
namespace {

using catalog::EngineRow;

struct EndpointKey {
  std::string_view key;
  const EngineRow* engine;  // of which it is; nullptr: of the one that `engine` names
  const std::optional<std::string>* url;
};

std::array<EndpointKey, 3> EndpointKeys(const TriggerDraft& draft) {
  return {{{"engineEndpoint", nullptr, &draft.engine_endpoint},
           {"vllmEndpoint", &catalog::Row(catalog::Engine::kVllm), &draft.vllm_endpoint},
           {"tritonEndpoint", &catalog::Row(catalog::Engine::kTriton), &draft.triton_endpoint}}};
}

// The endpoint that the trigger names; `key` empty: none.
absl::StatusOr<EndpointKey> GivenEndpoint(const TriggerDraft& draft) {
  EndpointKey given = {};
  for (const EndpointKey& each : EndpointKeys(draft)) {
    if (!each.url->has_value()) continue;
    if (!given.key.empty()) {
      return AtOdds(given.key, " and ", each.key,
                    " are both given; a trigger has one metric, so write a trigger for each");
    }
    given = each;
  }
  return given;
}

// "metricType inflight", in words of which a key is the first.
struct ScaledOn {
  std::string_view key;
  std::string rest;
};

ScaledOn WhatIsScaledOn(const TriggerDraft& draft, const catalog::MetricRow& metric) {
  if (draft.quantity != nullptr) return {"metricType", base::StrCat(" ", draft.quantity->name)};
  if (draft.series) return {"engineMetric", ""};
  if (draft.metric != nullptr || draft.profile == nullptr) {
    return {"metricType", base::StrCat(" ", metric.name)};
  }
  return {"profile", base::StrCat(" ", draft.profile->name, " scales on ", metric.name, ", which")};
}

absl::StatusOr<const EngineRow*> ChooseEngine(const TriggerDraft& draft,
                                              const catalog::MetricRow& metric,
                                              const EndpointKey& endpoint, const ScaledOn& what) {
  const EngineRow* engine = draft.engine != nullptr ? draft.engine : endpoint.engine;
  if (const auto* row = catalog::EngineQuantityOf(metric.id);
      row != nullptr && draft.quantity == nullptr && !draft.series) {
    if (engine == nullptr) engine = &catalog::Row(row->engine);
    if (engine->id == row->engine) return engine;
    return AtOdds(what.key, what.rest, " is of ", catalog::Row(row->engine).name, ", but ",
                  draft.engine != nullptr ? "engine is " : endpoint.key,
                  draft.engine != nullptr ? engine->name : std::string_view(" is given"));
  }
  if (engine != nullptr) return engine;
  return AtOdds(what.key, what.rest, " needs engine, which is one of ", catalog::EngineNames());
}

absl::StatusOr<EngineMetric> MetricOfSeries(const TriggerDraft& draft, const EngineRow& engine) {
  if (!engine.any_series) {
    return AtOdds("engineMetric",
                  " names a series, which goes with engine: prometheus; for engine ", engine.name,
                  " give metricType, one of ", catalog::QuantityNamesOf(engine.id));
  }
  if (draft.quantity != nullptr || draft.metric != nullptr) {
    return AtOdds("metricType", " and engineMetric are both given; engineMetric is the metric");
  }
  EngineMetric metric;
  metric.source.signal = std::make_shared<const engines::Signal>(engines::SignalOf(*draft.series));
  return metric;
}

absl::StatusOr<EngineMetric> MetricOfQuantity(const EngineRow& engine,
                                              const catalog::QuantityRow& quantity) {
  if (engine.any_series) {
    return AtOdds("engine", " ", engine.name,
                  " needs engineMetric, a series like my_queue_length{queue=\"a\"}; it has no ",
                  quantity.name);
  }
  const auto* row = catalog::FindEngineQuantity(engine.id, quantity.id);
  if (row == nullptr) {
    return AtOdds("engine", " ", engine.name, " does not tell ", quantity.name, "; it tells ",
                  catalog::QuantityNamesOf(engine.id));
  }
  EngineMetric metric;
  metric.source.signal = std::make_shared<const engines::Signal>(engines::SignalOf(*row));
  metric.unit = quantity.unit;
  metric.kind = quantity.kind;
  metric.across = quantity.across_endpoints;
  return metric;
}

// Keys that are about GPUs.
absl::Status CheckNoGpuKeys(const TriggerDraft& draft, const ScaledOn& what) {
  const struct {
    bool given;
    std::string_view key;
  } of_gpus[] = {{draft.trigger.workload.has_value(), "workload"},
                 {draft.trigger.gpu_index.has_value(), "gpuIndex"}};
  for (const auto& [given, key] : of_gpus) {
    if (!given) continue;
    return AtOdds(key, ": ", what.key, what.rest,
                  " is read from the engines, every address behind the endpoint's name, and not"
                  " from GPUs; leave ",
                  key, " out");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<EngineMetric>> ChooseEngineMetric(const TriggerDraft& draft,
                                                               const catalog::MetricRow& row) {
  const auto endpoint = GivenEndpoint(draft);
  if (!endpoint.ok()) return endpoint.status();
  const bool general = draft.quantity != nullptr || draft.series.has_value();
  if (!general && row.origin != catalog::Origin::kEngine) {
    const std::string_view key = draft.engine != nullptr ? "engine" : endpoint->key;
    if (key.empty()) return std::nullopt;
    return AtOdds(key, " is given, but the metric is ", row.name,
                  ", which is read from GPUs; give metricType, one of ", catalog::QuantityNames(),
                  ", or leave ", key, " out");
  }
  const ScaledOn what = WhatIsScaledOn(draft, row);
  const auto engine = ChooseEngine(draft, row, *endpoint, what);
  if (!engine.ok()) return engine.status();
  if (endpoint->key.empty()) {
    return AtOdds(what.key, what.rest,
                  " is read from the engine: give engineEndpoint, where its metrics are,"
                  " like http://NAME.NAMESPACE.svc:8000",
                  (*engine)->path);
  }
  if (endpoint->engine != nullptr && endpoint->engine != *engine) {
    return AtOdds(endpoint->key, " is given, but engine is ", (*engine)->name,
                  "; give engineEndpoint");
  }
  if (absl::Status fits = CheckNoGpuKeys(draft, what); !fits.ok()) return fits;
  const catalog::QuantityRow* quantity = draft.quantity;
  if (quantity == nullptr && !draft.series) {
    quantity = &catalog::Row(catalog::EngineQuantityOf(row.id)->quantity);
  }
  auto metric = quantity != nullptr && !draft.series ? MetricOfQuantity(**engine, *quantity)
                                                     : MetricOfSeries(draft, **engine);
  if (!metric.ok()) return metric.status();
  metric->source.endpoint = *engines::ParseEndpoint(**endpoint->url, (*engine)->path);
  return *std::move(metric);
}

std::string ReadEngine(std::string_view value, TriggerDraft& draft) {
  draft.engine = catalog::FindEngine(value);
  return draft.engine == nullptr ? "is not an engine" : "";
}

std::string ReadEngineMetric(std::string_view value, TriggerDraft& draft) {
  auto series = engines::ParseSeriesExpression(value);
  if (!series.ok()) return base::StrCat("is no series: ", base::Message(series.status()));
  draft.series = *std::move(series);
  return "";
}

std::string ReadUrl(std::string_view value, std::optional<std::string>* url) {
  const auto endpoint = engines::ParseEndpoint(value, "/");
  if (!endpoint.ok()) return base::StrCat("cannot be used: ", base::Message(endpoint.status()));
  *url = std::string(value);
  return "";
}

}  // namespace gpuscaler::scaling
