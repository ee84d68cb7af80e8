#include "scaling/gpu_part.h"

#include "base/strings.h"
#include "catalog/metrics.h"

namespace gpuscaler::scaling {
namespace {

using telemetry::Reading;
using telemetry::ReadingState;

// ": ..." from the newest attempt that failed, if any did.
std::string Failure(const GpuPart& part, catalog::Lane lane) {
  absl::Status status = part.node->lane(lane).status;
  if (status.ok()) status = part.gpu->reading_failures[static_cast<size_t>(lane)];
  return status.ok() ? std::string() : base::StrCat(": ", base::Message(status));
}

}  // namespace

GpuPart Judge(const Trigger& trigger, const telemetry::Snapshot& node,
              const telemetry::GpuSnapshot& gpu, base::SteadyTime now, base::Duration stale_after) {
  GpuPart part = {&node, &gpu, Part::kCounted, 0};
  if (trigger.gpu_index && *trigger.gpu_index != gpu.identity->index) {
    part.part = Part::kOtherIndex;
    return part;
  }
  if (!gpu.status.ok()) {
    part.part = Part::kUnreadable;
    return part;
  }
  const Reading& reading = gpu.readings[trigger.metric];
  if (reading.state == ReadingState::kUnsupported) {
    part.part = Part::kUnsupported;
  } else if (reading.state != ReadingState::kValue) {
    part.part = Part::kNeverRead;
  } else {
    part.value = reading.value;
    if (now - reading.sampled_at > stale_after) part.part = Part::kStale;
  }
  return part;
}

std::string WhichGpu(const GpuPart& part) {
  return base::StrCat("GPU ", part.gpu->identity->index, " (", part.gpu->identity->name, ") of ",
                      part.node->node);
}

std::string WhyLeftOut(const GpuPart& part, catalog::Metric metric, base::SteadyTime now) {
  const catalog::MetricRow& row = catalog::Row(metric);
  switch (part.part) {
    case Part::kCounted:
      return "";
    case Part::kOtherIndex:
      return "gpuIndex names another one";
    case Part::kUnreadable:
      // Not the metric's lane: whichever lane met the GPU last says this.
      return base::StrCat("it could not be read ", base::FormatSeconds(now - part.node->taken_at),
                          " ago: ", base::Message(part.gpu->status));
    case Part::kUnsupported:
      return base::StrCat("it does not have ", row.name);
    case Part::kNeverRead:
      return base::StrCat("no ", row.name, " has arrived yet", Failure(part, row.lane));
    case Part::kStale:
      return base::StrCat("its newest ", row.name, " is ",
                          base::FormatSeconds(now - part.gpu->readings[metric].sampled_at), " old",
                          Failure(part, row.lane));
  }
  return "";
}

}  // namespace gpuscaler::scaling
