// A store with one node, node-a, as a sampler would fill it.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "externalscaler.pb.h"
#include "scaling/views.h"
#include "telemetry/store.h"

namespace gpuscaler::serving {

using scaling::kNow;
using scaling::Seconds;

// The node's GPUs had these utilizations at `at`.
inline void Publish(telemetry::Store& store, const std::vector<double>& utilizations,
                    base::SteadyTime at, const std::string& node = "node-a") {
  std::vector<telemetry::GpuSnapshot> gpus;
  for (const double utilization : utilizations) {
    gpus.push_back(scaling::MakeGpu(static_cast<uint32_t>(gpus.size())));
    gpus.back().readings.Set(catalog::Metric::kGpuUtilization, utilization, at);
  }
  telemetry::Snapshot snapshot = scaling::MakeNode(node, std::move(gpus));
  snapshot.taken_at = at;
  for (telemetry::LaneState& lane : snapshot.lanes) lane.sampled_at = at;
  store.Publish(std::make_shared<const telemetry::Snapshot>(std::move(snapshot)));
}

inline externalscaler::ScaledObjectRef MakeObject(
    const std::vector<std::pair<std::string, std::string>>& metadata = {}) {
  externalscaler::ScaledObjectRef object;
  object.set_name("inference");
  object.set_namespace_("default");
  for (const auto& [key, value] : metadata) (*object.mutable_scalermetadata())[key] = value;
  return object;
}

}  // namespace gpuscaler::serving
