#include "fleet/holdings.h"

#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpuscaler::fleet {

bool SameHoldings(const telemetry::Snapshot& a, const telemetry::Snapshot& b) {
  if (a.ownership == b.ownership) return true;
  return a.ownership != nullptr && b.ownership != nullptr && a.ownership->pods == b.ownership->pods;
}

ForeignHoldings DropForeignHoldings(
    telemetry::Snapshot& snapshot,
    const std::function<bool(const std::string& uuid)>& is_anothers) {
  ForeignHoldings found;
  if (snapshot.ownership == nullptr) return found;
  std::unordered_set<std::string_view> readable;
  for (const telemetry::GpuSnapshot& gpu : snapshot.gpus) {
    if (!is_anothers(gpu.identity->uuid)) readable.insert(gpu.identity->uuid);
  }
  auto kept = std::make_shared<telemetry::Ownership>(*snapshot.ownership);
  std::vector<bool> worked;
  kept->pods.clear();
  for (size_t i = 0; i < snapshot.ownership->pods.size(); ++i) {
    telemetry::Pod pod = snapshot.ownership->pods[i];
    found.dropped += std::erase_if(pod.gpus, [&](const std::string& uuid) {
      if (readable.contains(uuid)) return false;
      ++found.listed;
      return is_anothers(uuid);
    });
    if (pod.gpus.empty()) continue;
    kept->pods.push_back(std::move(pod));
    worked.push_back(snapshot.pods_worked[i]);
  }
  if (found.dropped == 0) return found;
  snapshot.ownership = std::move(kept);
  snapshot.pods_worked = std::move(worked);
  return found;
}

}  // namespace gpuscaler::fleet
