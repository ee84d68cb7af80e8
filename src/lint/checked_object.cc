#include "lint/checked_object.h"

#include <algorithm>
#include <utility>

#include "base/misspelling.h"
#include "base/strings.h"
#include "catalog/engine_quantities.h"
#include "scaling/key_name.h"

namespace gpuscaler::lint {
namespace {

using scaling::FaultKind;

constexpr std::string_view kFromEnv = "FromEnv";

// Not even a misspelt key of this scaler.
bool IsForeign(std::string_view key) {
  return scaling::FindKey(key) == nullptr && !scaling::IsKedaKey(key) &&
         scaling::LikelyKey(key).empty();
}

// An external trigger may be another scaler's, of whose keys nothing is known here, but that
// some are called like this one's. An address can be any that the chart was told, so one that
// does not say whose it is leaves the keys to tell.
bool IsOfThisScaler(const manifests::ScaledObjectTrigger& trigger) {
  const auto& metadata = trigger.metadata;
  const auto address = metadata.find("scalerAddress");
  if (address != metadata.end() && address->second.find("gpu-scaler") != std::string::npos) {
    return true;
  }
  const auto is_foreign = [](const auto& entry) { return IsForeign(entry.first); };
  const auto is_ours = [](const auto& entry) { return scaling::FindKey(entry.first) != nullptr; };
  if (address != metadata.end() && std::any_of(metadata.begin(), metadata.end(), is_foreign)) {
    return false;
  }
  return std::any_of(metadata.begin(), metadata.end(), is_ours);
}

// The scaler tells the first fault; the key left out, it tells the next one. Once a
// value was left out, only what is wrong with single keys is true still, and whether a
// metric reaches a target only while none is missing that may have said how it is read.
void Read(const manifests::ScaledObject& object, CheckedTrigger& checked) {
  std::map<std::string, std::string> metadata = checked.source->metadata;
  const size_t all = metadata.size();
  std::erase_if(metadata, [](const auto& entry) {
    const std::string_view key = entry.first;
    return key.ends_with(kFromEnv) && scaling::FindKey(key) != nullptr;
  });
  bool whole = metadata.size() == all;
  bool knows_metric = whole;
  for (;;) {
    std::vector<scaling::MetadataEntry> entries;
    entries.reserve(metadata.size());
    for (const auto& [key, value] : metadata) entries.push_back({key, value});
    auto trigger = scaling::ParseTrigger(entries, object.object_namespace);
    if (trigger.ok()) {
      if (whole) checked.read = *std::move(trigger);
      return;
    }
    scaling::Fault fault = scaling::FaultOf(trigger.status());
    const FaultKind kind = fault.kind;
    const bool left_out = kind != FaultKind::kTogether && metadata.erase(fault.key) > 0;
    const bool may_be_misspelt =
        kind == FaultKind::kUnknownKey && !scaling::LikelyKey(fault.key).empty();
    const bool holds = kind == FaultKind::kTogether ? whole
                       : kind == FaultKind::kReach  ? knows_metric
                                                    : true;
    if (holds) {
      checked.refusals.push_back({std::move(fault), std::string(base::Message(trigger.status()))});
    }
    if (!left_out) return;
    // A key that nobody knows says nothing.
    whole = whole && kind == FaultKind::kUnknownKey;
    knows_metric = knows_metric && kind != FaultKind::kValue && !may_be_misspelt;
  }
}

// What the engine whose series it is tells by that series alone; nullptr: nothing, or what only
// its labels say.
const catalog::QuantityRow* QuantityOfSeries(const engines::Signal& signal) {
  const engines::SeriesSelector& series = signal.parts.front().candidates.front();
  const catalog::QuantityRow* found = nullptr;
  bool ambiguous = false;
  for (const catalog::EngineQuantityRow& row : catalog::EngineQuantities()) {
    if (row.method != signal.method || catalog::PartCount(row) != 1) continue;
    const catalog::QuantityRow& quantity = catalog::Row(row.quantity);
    for (const std::string_view candidate : row.parts.front()) {
      if (candidate == series.text()) return &quantity;
      if (candidate.substr(0, candidate.find('{')) != series.name()) continue;
      ambiguous = ambiguous || (found != nullptr && found != &quantity);
      found = &quantity;
    }
  }
  return ambiguous ? nullptr : found;
}

}  // namespace

std::optional<std::string_view> CheckedTrigger::Value(std::string_view key) const {
  for (const auto& [name, value] : source->metadata) {
    if (name == key) return value;
    if (name.size() == key.size() + kFromEnv.size() && name.starts_with(key) &&
        name.ends_with(kFromEnv)) {
      return value;
    }
  }
  return std::nullopt;
}

const manifests::TriggerAuthentication* CheckedTrigger::Authentication() const {
  const auto& reference = source->authentication;
  if (!reference) return nullptr;
  for (const auto* each : object->surroundings->authentications) {
    if (each->kind != reference->kind || each->name != reference->name) continue;
    const bool other_namespace = each->kind == "TriggerAuthentication" &&
                                 !each->object_namespace.empty() &&
                                 object->object->places.Has("metadata.namespace") &&
                                 each->object_namespace != object->object->object_namespace;
    if (!other_namespace) return each;
  }
  return nullptr;
}

int CheckedTrigger::LineOf(std::string_view key) const {
  const std::string path = base::StrCat("metadata.", key);
  const std::string from_env = base::StrCat(path, kFromEnv);
  return source->places.LineOf(source->places.Has(from_env) ? from_env : path);
}

int CheckedTrigger::LineOfFirst(std::span<const std::string_view> keys) const {
  for (const std::string_view key : keys) {
    if (Has(key)) return LineOf(key);
  }
  return LineOf("");
}

int CheckedTrigger::MetricLine() const {
  static constexpr std::string_view kKeys[] = {"engineMetric", "metricType", "targetGpuUtilization",
                                               "targetMemoryUtilization", "profile"};
  return LineOfFirst(kKeys);
}

int CheckedTrigger::TargetLine() const {
  static constexpr std::string_view kKeys[] = {"targetValue", "targetGpuUtilization",
                                               "targetMemoryUtilization", "profile"};
  return LineOfFirst(kKeys);
}

const catalog::QuantityRow* CheckedTrigger::quantity() const {
  if (!read || !read->engine) return nullptr;
  if (Has("engineMetric")) return QuantityOfSeries(*read->engine->source.signal);
  if (const auto metric = Value("metricType")) {
    if (const auto* row = catalog::FindQuantity(*metric)) return row;
  }
  const auto* row = catalog::EngineQuantityOf(read->metric);
  return row == nullptr ? nullptr : &catalog::Row(row->quantity);
}

std::string_view CheckedTrigger::MetricName() const {
  return read->engine ? std::string_view(read->engine->source.signal->name)
                      : catalog::Row(read->metric).name;
}

bool CheckedObject::MayBeZero() const {
  return object->counts_known && (object->min_replicas == 0 || object->idle_replicas == 0);
}

int CheckedObject::ZeroLine() const {
  const bool idle = object->idle_replicas == 0 && object->min_replicas != 0;
  return LineOf(idle ? "spec.idleReplicaCount" : "spec.minReplicaCount");
}

std::string_view CheckedObject::ZeroText() const {
  if (object->min_replicas != 0) return "idleReplicaCount is 0";
  return object->places.Has("spec.minReplicaCount") ? "minReplicaCount is 0"
                                                    : "minReplicaCount is not given, which means 0";
}

void Check(const manifests::ScaledObject& object, const Surroundings& surroundings,
           CheckedObject& checked) {
  checked.object = &object;
  checked.surroundings = &surroundings;
  for (const manifests::ScaledObjectTrigger& trigger : object.triggers) {
    if (!IsOfThisScaler(trigger)) continue;
    CheckedTrigger of_trigger;
    of_trigger.object = &checked;
    of_trigger.source = &trigger;
    Read(object, of_trigger);
    checked.triggers.push_back(std::move(of_trigger));
  }
}

}  // namespace gpuscaler::lint
