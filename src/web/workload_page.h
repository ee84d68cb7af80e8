// /api/v1/workloads: what holds GPUs, a page at a time.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "api.pb.h"
#include "telemetry/view.h"
#include "web/name_filter.h"
#include "web/page_time.h"
#include "web/workload_totals.h"

namespace gpuscaler::web {

struct WorkloadQuestion {
  std::string object_namespace;  // empty: all
  std::string after;             // "namespace/name"; empty: from the first
  size_t limit = 100;
  NameFilter filter = {};  // of "namespace/kind/name"
};

// Pure. INVALID_ARGUMENT: `after` is no place. `workloads`: of all namespaces, or of the
// question's.
absl::StatusOr<api::v1::WorkloadPage> MakeWorkloadPage(const WorkloadsByName& workloads,
                                                       const WorkloadQuestion& question,
                                                       const PageTime& time);
// Likewise, of what the view holds.
absl::StatusOr<api::v1::WorkloadPage> MakeWorkloadPage(const telemetry::View& view,
                                                       const WorkloadQuestion& question,
                                                       base::Duration stale_after,
                                                       const PageTime& time);

}  // namespace gpuscaler::web
