// The JSON API under /api/v1: docs/api.md.
//
// Handlers run on the thread of the pages and read what is there; nothing that is asked here
// changes what KEDA gets.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/periodic_thread.h"
#include "serving/decisions.h"
#include "telemetry/store.h"
#include "web/decision_page.h"
#include "web/gpu_history.h"
#include "web/http_message.h"
#include "web/http_query.h"
#include "web/node_state.h"
#include "web/page_time.h"
#include "web/recent_workloads.h"
#include "web/summary.h"

namespace gpuscaler::web {

class Api {
 public:
  struct Sources {
    const telemetry::Store& store;
    ProgramFacts facts;
    Ages ages;
    std::function<absl::Status()> ready;  // as /readyz
    serving::Decisions& decisions;
    Explain explain;
    RecentWorkloads& workloads;
  };
  // What `sources` name must outlive it.
  explicit Api(Sources sources);

  // The handlers must not outlive it.
  std::vector<HttpRoute> Routes();

 private:
  HttpResponse Summary(const HttpRequest& request);
  HttpResponse Snapshot(const HttpRequest& request);
  HttpResponse Workloads(const HttpRequest& request);
  HttpResponse Decisions(const HttpRequest& request);
  // From the first look at the past on, on a thread of its own.
  void WantHistory(base::SteadyTime now);

  const Sources sources_;
  SummaryMaker summary_;
  GpuHistory history_;
  std::optional<base::PeriodicThread> sampler_;  // last: it uses the above
};

}  // namespace gpuscaler::web
