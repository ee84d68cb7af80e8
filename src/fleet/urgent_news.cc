#include "fleet/urgent_news.h"

#include "fleet/hot_change.h"
#include "fleet/report_writer.h"

namespace gpuscaler::fleet {

void UrgentNews::Want(const telemetry::v1::ReportControl& control) {
  hot_.all = control.all_hot();
  hot_.uuids.assign(control.hot_gpu_uuids().begin(), control.hot_gpu_uuids().end());
}

bool UrgentNews::In(const telemetry::Snapshot& next, const telemetry::Snapshot& last) const {
  if (&last == &next) return false;
  return HoldersDiffer(last, next) || HotDiffers(hot_, last, next);
}

}  // namespace gpuscaler::fleet
