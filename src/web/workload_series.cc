#include "web/workload_series.h"

#include <cstdint>
#include <optional>

#include "base/strings.h"
#include "base/utf8.h"
#include "web/server_series.h"

namespace gpuscaler::web {
namespace {

struct Column {
  Family family;
  // Empty: none of its GPUs tells.
  std::optional<double> (*value)(const WorkloadTotals& totals);
};

constexpr Column kColumns[] = {
    {Family::kWorkloadReplicas,
     [](const WorkloadTotals& totals) {
       return std::optional(static_cast<double>(totals.replicas.size()));
     }},
    {Family::kWorkloadGpus,
     [](const WorkloadTotals& totals) { return std::optional<double>(totals.gpus); }},
    {Family::kWorkloadFreshGpus,
     [](const WorkloadTotals& totals) { return std::optional<double>(totals.fresh_gpus); }},
    {Family::kWorkloadUtilization,
     [](const WorkloadTotals& totals) { return totals.utilization.value(); }},
    {Family::kWorkloadMemory, [](const WorkloadTotals& totals) { return totals.memory.value(); }},
};

}  // namespace

void WriteWorkloadSeries(const WorkloadsByName& workloads, Exposition& page) {
  Single(page, Family::kWorkloads, uint64_t{workloads.size()});
  for (const Column& column : kColumns) {
    Begin(page, column.family);
    size_t written = 0;
    for (const auto& [name, totals] : workloads) {
      if (written++ == kMostWorkloadSeries) break;
      const std::optional<double> value = column.value(totals);
      if (!value) continue;
      page.Sample(
          Labels()
              .Add("namespace", base::ToUtf8(name.first))
              .Add("workload", base::ToUtf8(base::StrCat(totals.kind->name, "/", name.second))),
          *value);
    }
  }
}

}  // namespace gpuscaler::web
