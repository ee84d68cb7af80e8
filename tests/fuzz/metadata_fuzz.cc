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

telemetry::GpuSnapshot MakeGpu(uint32_t index) {
  auto identity = std::make_shared<telemetry::GpuIdentity>();
  identity->index = index;
  identity->name = "GPU";
  telemetry::GpuSnapshot gpu;
  gpu.identity = std::move(identity);
  return gpu;
}

// Two nodes: of every metric a fresh value, an old one, none, and not supported.
std::shared_ptr<const telemetry::View> MakeView() {
  auto a = std::make_shared<telemetry::Snapshot>();
  auto b = std::make_shared<telemetry::Snapshot>();
  a->node = "a";
  b->node = "b";
  for (uint32_t i = 0; i < 4; ++i) a->gpus.push_back(MakeGpu(i));
  for (uint32_t i = 0; i < 2; ++i) b->gpus.push_back(MakeGpu(i));
  b->gpus[1].status = absl::UnavailableError("lost");
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    a->gpus[0].readings.Set(row.id, 61.5, kNow);
    a->gpus[1].readings.Set(row.id, 0, kNow);
    a->gpus[2].readings.SetUnsupported(row.id);
    b->gpus[0].readings.Set(row.id, 99, kNow - std::chrono::seconds(11));
  }
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
  CHECK_HOLDS(evaluation.counted > 0 && evaluation.counted <= evaluation.gpus.size());
  CHECK_HOLDS(evaluation.active || !trigger.always_active);
  CHECK_HOLDS(scaling::DesiredReplicas(trigger.hpa_metric_type, evaluation.value, trigger.target, 3,
                                       2) >= 0);
  CHECK_HOLDS(!scaling::Explain(trigger, evaluation).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::shared_ptr<const telemetry::View> view = MakeView();
  const std::string bytes(data, data + size);
  const auto trigger = scaling::ParseTrigger(Entries(bytes));
  if (!trigger.ok()) {
    CHECK_HOLDS(trigger.status().code() == absl::StatusCode::kInvalidArgument ||
                trigger.status().code() == absl::StatusCode::kUnimplemented);
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
