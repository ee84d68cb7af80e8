#include "fleet/hot_gpus.h"

#include <utility>

namespace gpuscaler::fleet {

void HotGpus::Replace(const std::vector<GpuKey>& old, const std::vector<GpuKey>& gpus) {
  {
    base::MutexLock lock(mutex_);
    for (const GpuKey& gpu : gpus) ++waited_for_[gpu.node][gpu.uuid];
    for (const GpuKey& gpu : old) {
      const auto node = waited_for_.find(gpu.node);
      const auto waiters = node->second.find(gpu.uuid);
      if (--waiters->second > 0) continue;
      node->second.erase(waiters);
      if (node->second.empty()) waited_for_.erase(node);
    }
  }
  Changed();
}

void HotGpus::AddAll() {
  {
    base::MutexLock lock(mutex_);
    ++all_;
  }
  Changed();
}

void HotGpus::RemoveAll() {
  {
    base::MutexLock lock(mutex_);
    --all_;
  }
  Changed();
}

HotGpus::OfNode HotGpus::Of(const std::string& node) const {
  base::MutexLock lock(mutex_);
  OfNode hot;
  hot.all = all_ > 0;
  const auto found = waited_for_.find(node);
  if (found == waited_for_.end()) return hot;
  for (const auto& [uuid, waiters] : found->second) hot.uuids.push_back(uuid);
  return hot;
}

void HotGpus::Changed() {
  version_.fetch_add(1, std::memory_order_release);
  changed_();
}

void HotWait::For(std::vector<GpuKey> gpus) {
  if (std::exchange(all_, false)) hot_.RemoveAll();
  if (gpus == gpus_) return;
  hot_.Replace(gpus_, gpus);
  gpus_ = std::move(gpus);
}

void HotWait::ForAll() {
  if (all_) return;
  For({});
  all_ = true;
  hot_.AddAll();
}

}  // namespace gpuscaler::fleet
