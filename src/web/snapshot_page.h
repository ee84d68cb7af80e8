// /api/v1/snapshot: nodes and their GPUs, a page at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "api.pb.h"
#include "telemetry/view.h"
#include "web/gpu_history.h"
#include "web/name_filter.h"
#include "web/node_state.h"
#include "web/page_time.h"

namespace gpuscaler::web {

struct SnapshotQuestion {
  std::string node;                // empty: all
  std::optional<NodeState> state;  // empty: any
  std::string after;               // a node's name; empty: from the first
  size_t limit = 100;
  NameFilter filter = {};  // of the node's name
};

// `history`: nullptr to leave the past out. Pure but for what it reads there.
api::v1::SnapshotPage MakeSnapshotPage(const telemetry::View& view,
                                       const SnapshotQuestion& question, const Ages& ages,
                                       const PageTime& time, const GpuHistory* history);

}  // namespace gpuscaler::web
