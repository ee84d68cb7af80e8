#include "web/workload_page.h"

#include "base/json_quote.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "telemetry/timestamp.h"

namespace gpuscaler::web {
namespace {

void Describe(const std::pair<std::string, std::string>& key, const WorkloadTotals& totals,
              const PageTime& time, api::v1::Workload& out) {
  out.set_namespace_(base::ToUtf8(key.first));
  out.set_name(base::ToUtf8(key.second));
  out.set_kind(std::string(totals.kind->name));
  out.set_trigger(base::StrCat(totals.kind->name, "/", out.name()));
  out.set_replicas(static_cast<uint32_t>(totals.replicas.size()));
  out.set_pods(totals.pods);
  out.set_gpus(totals.gpus);
  out.set_gpus_fresh(totals.fresh_gpus);
  if (const auto mean = totals.utilization.value()) {
    out.set_mean_utilization_percent(Rounded(*mean));
  }
  if (const auto mean = totals.memory.value()) out.set_mean_memory_percent(Rounded(*mean));
  out.set_nodes(totals.nodes);
  if (totals.newest_pod_at) out.set_youngest_pod_seconds(time.AgeOf(*totals.newest_pod_at));
  if (totals.first_pod_at) out.set_oldest_pod_seconds(time.AgeOf(*totals.first_pod_at));
}

}  // namespace

absl::StatusOr<api::v1::WorkloadPage> MakeWorkloadPage(const telemetry::View& view,
                                                       const WorkloadQuestion& question,
                                                       base::Duration stale_after,
                                                       const PageTime& time) {
  return MakeWorkloadPage(TotalWorkloads(view, question.object_namespace, stale_after, time.now),
                          question, time);
}

absl::StatusOr<api::v1::WorkloadPage> MakeWorkloadPage(const WorkloadsByName& workloads,
                                                       const WorkloadQuestion& question,
                                                       const PageTime& time) {
  const size_t slash = question.after.find('/');
  if (!question.after.empty() && slash == std::string::npos) {
    return absl::InvalidArgumentError(
        base::StrCat("after is ", base::QuotedStart(question.after),
                     "; it must be the `next` of a page, NAMESPACE/NAME"));
  }
  api::v1::WorkloadPage page;
  telemetry::SetTimestamp(time.at, *page.mutable_at());
  const auto begin = question.after.empty()
                         ? workloads.begin()
                         : workloads.upper_bound(
                               {question.after.substr(0, slash), question.after.substr(slash + 1)});
  uint32_t total = 0;
  bool behind = false;  // of `after`
  bool more = false;
  for (auto at = workloads.begin(); at != workloads.end(); ++at) {
    behind = behind || at == begin;
    const auto& [key, totals] = *at;
    if (!question.object_namespace.empty() && key.first != question.object_namespace) continue;
    if (!question.filter.Passes(base::StrCat(key.first, "/", totals.kind->name, "/", key.second))) {
      continue;
    }
    ++total;
    if (!behind) continue;
    if (static_cast<size_t>(page.workloads_size()) == question.limit) {
      more = true;
    } else {
      Describe(key, totals, time, *page.add_workloads());
    }
  }
  page.set_total(total);
  if (more) {
    const api::v1::Workload& last = page.workloads(page.workloads_size() - 1);
    page.set_next(base::StrCat(last.namespace_(), "/", last.name()));
  }
  return page;
}

}  // namespace gpuscaler::web
