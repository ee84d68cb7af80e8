// What HPA and KEDA do next with a ScaledObject, by the decisions on its triggers. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decision.pb.h"
#include "manifests/scaled_object.h"

namespace gpuscaler::cli {

struct ObjectStep {
  std::optional<int64_t> next;     // empty: what runs is not known, or a formula decides
  std::vector<std::string> lines;  // "next: 4 -> 8", and what KEDA does
};

// `decisions`: on the object's triggers, in their order. What HPA makes of each value,
// if the object had no other, is put into them: by the metricType that HPA has, and within
// the ScaledObject's limits, which the scaler does not know.
ObjectStep StepOf(const manifests::ScaledObject& object,
                  std::span<decision::v1::Decision> decisions);

}  // namespace gpuscaler::cli
