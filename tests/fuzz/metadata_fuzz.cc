// Feeds ParseTrigger any metadata, and what it accepts to Evaluate.
//
// The input is a list of entries. An entry is a byte for the key, the key
// itself where that byte does not choose one of ours, a byte for the length of
// the value, and the value.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scaling/evaluation.h"
#include "scaling/explanation.h"
#include "scaling/hpa.h"
#include "scaling/trigger.h"
#include "telemetry/snapshot.h"
#include "telemetry/store.h"

namespace {

using namespace gpuscaler;  // NOLINT: a fuzzer is one file

void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}
#define CHECK_HOLDS(condition) Check(condition, #condition)

class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  std::string_view Text(size_t length) {
    const std::string_view text = bytes_.substr(0, length);
    bytes_.remove_prefix(text.size());
    return text;
  }

 private:
  std::string_view bytes_;
};

std::vector<scaling::MetadataEntry> Entries(std::string_view bytes) {
  Input input(bytes);
  const auto docs = scaling::KeyDocs();
  std::vector<scaling::MetadataEntry> entries;
  while (!input.empty()) {
    const uint8_t key = input.Byte();
    scaling::MetadataEntry entry;
    // Half the time one of ours.
    entry.key = key < 128 ? docs[key % docs.size()].key : input.Text(key - 128U);
    entry.value = input.Text(input.Byte());
    entries.push_back(entry);
  }
  return entries;
}

constexpr base::SteadyTime kNow = base::SteadyTime(std::chrono::hours(1));

telemetry::GpuSnapshot MakeGpu(uint32_t index, const char* uuid) {
  auto identity = std::make_shared<telemetry::GpuIdentity>();
  identity->index = index;
  identity->uuid = uuid;
  identity->name = "GPU";
  telemetry::GpuSnapshot gpu;
  gpu.identity = std::move(identity);
  return gpu;
}

void Hold(telemetry::Snapshot& node, base::SteadyTime listed_at, std::vector<telemetry::Pod> pods) {
  auto ownership = std::make_shared<telemetry::Ownership>();
  ownership->listed_at = listed_at;
  ownership->pods = std::move(pods);
  node.pods_worked.assign(ownership->pods.size(), false);
  node.pods_worked[0] = true;
  node.ownership = std::move(ownership);
}

// Two nodes: of every metric a fresh value, an old one, none, and not supported.
std::shared_ptr<const telemetry::View> MakeView() {
  auto a = std::make_shared<telemetry::Snapshot>();
  auto b = std::make_shared<telemetry::Snapshot>();
  a->node = "a";
  b->node = "b";
  a->gpus = {MakeGpu(0, "a0"), MakeGpu(1, "a1"), MakeGpu(2, "a2"), MakeGpu(3, "a3")};
  b->gpus = {MakeGpu(0, "b0"), MakeGpu(1, "b1")};
  b->gpus[1].status = absl::UnavailableError("lost");
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    a->gpus[0].readings.Set(row.id, 61.5, kNow);
    a->gpus[1].readings.Set(row.id, 0, kNow);
    a->gpus[2].readings.SetUnsupported(row.id);
    b->gpus[0].readings.Set(row.id, 99, kNow - std::chrono::seconds(11));
  }
  Hold(*a, kNow,
       {{"x", "d-7d9c8b5f4d-x2b4k", {}, {"a0", "a1"}},  // at work, of no known age
        {"x", "d-7d9c8b5f4d-zzzzz", kNow, {"a1"}},      // young, and shares a GPU
        {"x", "j-x2b4k", {}, {"a2"}},                   // what it holds reads nothing
        {"x", "t-0", kNow, {"a1"}},                     // young alone
        {"y", "d-7d9c8b5f4d-22222", {}, {"a0"}}});      // of another namespace
  // A listing that is too old: what is not known is missing.
  Hold(*b, kNow - std::chrono::seconds(60),
       {{"x", "s-0", {}, {"b0"}}, {"x", "s-0-1", kNow, {"b1"}}, {"x", "w-1", {}, {"b0"}}});
  std::vector<std::shared_ptr<const telemetry::Snapshot>> nodes = {std::move(a), std::move(b)};
  return std::make_shared<const telemetry::View>(std::move(nodes));
}

void CheckTrigger(const scaling::Trigger& trigger) {
  CHECK_HOLDS(std::isfinite(trigger.target) && trigger.target >= 0.001);
  CHECK_HOLDS(std::isfinite(trigger.activation_threshold) && trigger.activation_threshold >= 0);
  CHECK_HOLDS(!trigger.metric_name.empty() && trigger.metric_name.size() <= 253);
  CHECK_HOLDS(trigger.heartbeat >= std::chrono::seconds(1));
  CHECK_HOLDS(trigger.window >= base::Duration::zero() &&
              trigger.window <= std::chrono::seconds(300));
  CHECK_HOLDS(trigger.min_coverage_percent >= 0 && trigger.min_coverage_percent <= 100);
  const catalog::MetricRow& metric = catalog::Row(trigger.metric);
  CHECK_HOLDS(metric.scalable && metric.origin == catalog::Origin::kGpu);
}

void CheckEvaluation(const scaling::Trigger& trigger, const scaling::Evaluation& evaluation) {
  CHECK_HOLDS(std::isfinite(evaluation.value) && evaluation.value >= 0);
  // A workload without a replica is a number too: 0.
  CHECK_HOLDS(evaluation.counted > 0 || trigger.workload);
  CHECK_HOLDS(evaluation.counted <= evaluation.gpus.size());
  CHECK_HOLDS(evaluation.active || !trigger.always_active);
  CHECK_HOLDS(scaling::DesiredReplicas(trigger.hpa_metric_type, evaluation.value, trigger.target, 3,
                                       2) >= 0);
  CHECK_HOLDS(!scaling::Explain(trigger, evaluation).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::shared_ptr<const telemetry::View> view = MakeView();
  const std::string bytes(data, data + size);
  const auto trigger = scaling::ParseTrigger(Entries(bytes), "x");
  if (!trigger.ok()) {
    CHECK_HOLDS(trigger.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_HOLDS(!trigger.status().message().empty() && trigger.status().message().size() < 2048);
    return 0;
  }
  CheckTrigger(*trigger);
  const auto evaluation = scaling::Evaluate(*trigger, view, kNow, {});
  if (evaluation.ok()) {
    CheckEvaluation(*trigger, *evaluation);
  } else {
    CHECK_HOLDS(!evaluation.status().message().empty());
  }
  return 0;
}
