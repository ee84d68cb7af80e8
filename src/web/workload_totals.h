// Pods that hold GPUs, by the workload that their names tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "catalog/workload_kinds.h"
#include "telemetry/view.h"

namespace gpuscaler::web {

// A mean that is not known before it has a term.
class Mean {
 public:
  void Add(double value) {
    sum_ += value;
    ++count_;
  }
  std::optional<double> value() const {
    return count_ == 0 ? std::nullopt : std::optional(sum_ / static_cast<double>(count_));
  }

 private:
  double sum_ = 0;
  size_t count_ = 0;
};

struct WorkloadTotals {
  const catalog::WorkloadKindRow* kind = nullptr;  // not owned, static
  std::set<std::string, std::less<>> replicas;
  uint32_t pods = 0;
  uint32_t gpus = 0;
  uint32_t fresh_gpus = 0;
  Mean utilization;
  Mean memory;
  uint32_t nodes = 0;
  std::string last_node;                          // the last that was counted
  std::optional<base::SteadyTime> first_pod_at;   // of those whose age is known
  std::optional<base::SteadyTime> newest_pod_at;  // likewise
};

// By namespace, then name.
using WorkloadsByName = std::map<std::pair<std::string, std::string>, WorkloadTotals>;

// `object_namespace`: empty for all. A workload of which one pod is named as a
// LeaderWorkerSet's worker is one. Pure.
WorkloadsByName TotalWorkloads(const telemetry::View& view, std::string_view object_namespace,
                               base::Duration stale_after, base::SteadyTime now);

}  // namespace gpuscaler::web
