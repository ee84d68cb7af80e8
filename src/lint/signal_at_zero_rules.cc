// What wakes a workload that has no replica (docs/scale-from-zero.md).
#include <algorithm>

#include "catalog/engine_quantities.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

// nullptr: the metric is the GPUs', or the engine is not known.
const catalog::EngineRow* EngineOf(const CheckedTrigger& trigger) {
  if (!trigger.read || !trigger.read->engine) return nullptr;
  if (const auto name = trigger.Value("engine")) return catalog::FindEngine(*name);
  if (trigger.Has("vllmEndpoint")) return &catalog::Row(catalog::Engine::kVllm);
  if (trigger.Has("tritonEndpoint")) return &catalog::Row(catalog::Engine::kTriton);
  const auto* row = catalog::EngineQuantityOf(trigger.read->metric);
  return row == nullptr ? nullptr : &catalog::Row(row->engine);
}

bool IsGoneAtZero(const catalog::EngineRow* engine) {
  return engine != nullptr && engine->at_zero == catalog::AtZero::kGone;
}

// Whether the trigger can become active while its workload has no replica. Of an activation
// signal that cannot signal-gone-at-zero says all there is to say.
bool CanWake(const CheckedTrigger& trigger) {
  if (!trigger.read) return true;  // nobody knows
  if (trigger.read->always_active || trigger.read->activation) return true;
  const catalog::EngineRow* engine = EngineOf(trigger);
  if (engine == nullptr || IsGoneAtZero(engine)) return false;
  const catalog::QuantityRow* quantity = trigger.quantity();
  return quantity == nullptr || !quantity->of_replicas;
}

std::string WhyNot(const CheckedTrigger& trigger) {
  if (trigger.read->engine) {
    return base::StrCat(trigger.MetricName(),
                        IsGoneAtZero(EngineOf(trigger))
                            ? " is told by the engine, which is not there then"
                            : " is of the replicas, and so 0");
  }
  return base::StrCat(trigger.MetricName(),
                      trigger.read->workload ? " is read from its own GPUs, of which there are none"
                                             : " then shows other workloads' GPUs only");
}

void NoSignalAtZero(const CheckedObject& object, Findings& findings) {
  if (object.triggers.empty() || !object.MayBeZero() || !object.object->other_triggers.empty()) {
    return;
  }
  if (object.triggers.size() != object.object->triggers.size()) return;
  if (std::any_of(object.triggers.begin(), object.triggers.end(), CanWake)) return;
  findings.Add(
      object.ZeroLine(), object.ZeroText(), ", and with no replica ",
      WhyNot(object.triggers.front()),
      ": once at zero it never starts again; give activationEndpoint and activationMetric, "
      "a router's or queue's, or minReplicaCount: 1");
}

// The engine of the object whose own endpoint this is, and which is gone at zero.
const catalog::EngineRow* OwnEngineAt(const engines::Endpoint& endpoint,
                                      const CheckedObject& object) {
  for (const CheckedTrigger& trigger : object.triggers) {
    const catalog::EngineRow* engine = EngineOf(trigger);
    if (IsGoneAtZero(engine) && trigger.read->engine->source.endpoint.SameOrigin(endpoint)) {
      return engine;
    }
  }
  return nullptr;
}

// Why the activation signal can never be there, or above 0; empty: it can.
std::string WhyGone(std::string_view metric) {
  const size_t slash = metric.find('/');
  if (slash == std::string_view::npos) return "";
  const catalog::EngineRow* engine = catalog::FindEngine(metric.substr(0, slash));
  const catalog::QuantityRow* quantity = catalog::FindQuantity(metric.substr(slash + 1));
  if (engine == nullptr || quantity == nullptr) return "";
  if (IsGoneAtZero(engine)) {
    return base::StrCat(engine->name, " is the engine, which is not there then");
  }
  if (!quantity->of_replicas) return "";
  return base::StrCat(engine->name, " tells of its replicas by ", quantity->name,
                      ", which is always 0 then");
}

void SignalGoneAtZero(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || !trigger.read->activation || !trigger.object->MayBeZero()) return;
  constexpr std::string_view kMend =
      "; take the signal of whoever takes the requests, like llm-d/waiting or a queue's series";
  const engines::Endpoint& endpoint = trigger.read->activation->source.endpoint;
  const auto metric = trigger.Value("activationMetric");
  if (const auto* own = OwnEngineAt(endpoint, *trigger.object)) {
    findings.Add(trigger.LineOf("activationEndpoint"), "activationEndpoint is the workload's own ",
                 own->name, ", and with no replica nobody answers there: it never starts again",
                 kMend);
  } else if (const std::string why = metric ? WhyGone(*metric) : ""; !why.empty()) {
    findings.Add(trigger.LineOf("activationMetric"), "activationMetric ", *metric,
                 " can never be true with no replica: ", why, kMend);
  }
}

constexpr RuleRow kRows[] = {
    {"no-signal-at-zero", Severity::kError, "A workload that cannot start from zero",
     "Without a replica there is no GPU and no engine of the workload to read, so its own metric "
     "can never make it active. minReplicaCount is 0 where it is not given. Triggers of other "
     "scalers, cron say, can wake it, and so can a metric that a router tells, which is there at "
     "zero.",
     "Give `activationEndpoint` and `activationMetric`, the signal of whoever takes the requests "
     "(docs/scale-from-zero.md), or `minReplicaCount: 1`.",
     NoSignalAtZero},
    {"signal-gone-at-zero", Severity::kError, "An activation signal that is not there at zero",
     "With no replica the workload's own engine does not answer, and what a router tells of "
     "replicas (running, kv_usage) is 0: the workload never starts again. Which engines live at "
     "zero is in the table of docs/metrics.md.",
     "Take `activationEndpoint` and `activationMetric` of whoever takes the requests: a router's "
     "`waiting`, `inflight` or `request_rate`, or a queue's series (docs/scale-from-zero.md).",
     nullptr, SignalGoneAtZero},
};

}  // namespace

std::span<const RuleRow> SignalAtZeroRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
