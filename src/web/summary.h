// /api/v1/summary: the whole in a few numbers, which a page asks for once a second.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "api.pb.h"
#include "serving/decisions.h"
#include "telemetry/view.h"
#include "web/node_state.h"
#include "web/page_time.h"

namespace gpuscaler::web {

// What the program is.
struct ProgramFacts {
  std::string version;
  std::string role;    // "node" or "gateway"
  std::string source;  // of a node
  std::string node;    // its name
};

// Nodes, GPUs, pods and workloads of the view. Pure. A workload is known by a hash of its
// names: of a million one may be missing.
void SummarizeView(const telemetry::View& view, const Ages& ages, const PageTime& time,
                   api::v1::Summary& summary);

// The summary of the last second, made anew by the first who asks after that. One thread.
class SummaryMaker {
 public:
  static constexpr base::Duration kGoodFor = std::chrono::seconds(1);

  SummaryMaker(ProgramFacts facts, Ages ages) : facts_(std::move(facts)), ages_(ages) {}

  const api::v1::Summary& Make(const telemetry::View& view, const absl::Status& ready,
                               const serving::Decisions::Counts& decisions, const PageTime& time);

 private:
  const ProgramFacts facts_;
  const Ages ages_;
  std::optional<base::SteadyTime> made_at_;
  api::v1::Summary summary_;
};

}  // namespace gpuscaler::web
