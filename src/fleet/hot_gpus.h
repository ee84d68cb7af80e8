// The GPUs of which somebody waits for a change: those of workloads that an open
// StreamIsActive has called inactive. Their nodes report a change at once.
//
// Thread-safe: waiters on the scaler's thread, reports on another.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace gpuscaler::fleet {

struct GpuKey {
  std::string node;
  std::string uuid;
  bool operator==(const GpuKey&) const = default;
};

class HotGpus {
 public:
  struct OfNode {
    bool all = false;
    std::vector<std::string> uuids;  // ascending
    bool any() const { return all || !uuids.empty(); }
    bool operator==(const OfNode&) const = default;
  };

  // `changed` is called on a waiter's thread after each change; it must only wake
  // somebody.
  explicit HotGpus(std::function<void()> changed) : changed_(std::move(changed)) {}

  // One who waited for `old` waits for `gpus` now.
  void Replace(const std::vector<GpuKey>& old, const std::vector<GpuKey>& gpus)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Every GPU of every node, as often as it is removed again.
  void AddAll();
  void RemoveAll();

  // Grows with each change.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  OfNode Of(const std::string& node) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Changed();

  const std::function<void()> changed_;
  std::atomic<uint64_t> version_{1};
  mutable base::Mutex mutex_;
  size_t all_ ABSL_GUARDED_BY(mutex_) = 0;
  // By node, then UUID: how many wait for it.
  std::map<std::string, std::map<std::string, size_t>> waited_for_ ABSL_GUARDED_BY(mutex_);
};

// What one waiter waits for: nothing at first, and nothing once it is gone.
class HotWait {
 public:
  explicit HotWait(HotGpus& hot) : hot_(hot) {}
  ~HotWait() { Rest(); }
  HotWait(const HotWait&) = delete;
  HotWait& operator=(const HotWait&) = delete;

  void For(std::vector<GpuKey> gpus);
  void ForAll();
  void Rest() { For({}); }
  const std::vector<GpuKey>& gpus() const { return gpus_; }

 private:
  HotGpus& hot_;
  bool all_ = false;
  std::vector<GpuKey> gpus_;
};

}  // namespace gpuscaler::fleet
