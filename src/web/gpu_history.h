// The last ten minutes of each GPU's utilization and memory, for the page's sparklines.
//
// Nothing is kept until somebody asks, nor from 15 minutes after the last question on. A
// value is a byte, a whole percent: 40,000 GPUs take some 7 MB. Thread-safe: Sample from a
// thread of its own, the rest from any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "telemetry/view.h"

namespace gpuscaler::web {

class GpuHistory {
 public:
  static constexpr size_t kPoints = 60;
  static constexpr base::Duration kStep = std::chrono::seconds(10);
  static constexpr base::Duration kForgetAfter = std::chrono::minutes(15);
  static constexpr size_t kMostGpus = 65'536;  // of more the last in the view's order have none

  // Somebody looks: what Sample is given from now on is kept.
  void Want(base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether anybody has looked lately; if not, nothing is kept any more.
  bool IsWanted(base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // One step, with what is fresh at `now`.
  void Sample(const telemetry::View& view, base::Duration stale_after, base::SteadyTime now)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Of one GPU, a value for each step, the oldest first; empty: not known then.
  struct Series {
    std::vector<std::optional<uint8_t>> utilization;
    std::vector<std::optional<uint8_t>> memory;
  };
  // Empty: nothing is known of the GPU.
  std::optional<Series> Of(std::string_view node, std::string_view uuid) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Of the last step; empty: there was none.
  std::optional<base::SteadyTime> sampled_at() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr uint8_t kUnknown = 0xFF;
  struct Ring {
    uint32_t first = 0;  // steps, by their number; the ring holds the last kPoints of them
    uint32_t last = 0;
    std::array<uint8_t, kPoints> utilization = {};
    std::array<uint8_t, kPoints> memory = {};
  };
  // Two GPUs of one hash would share their past, which is a drawing.
  static uint64_t KeyOf(std::string_view node, std::string_view uuid);
  void Put(uint64_t key, uint8_t utilization, uint8_t memory) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropGone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable base::Mutex mutex_;
  std::optional<base::SteadyTime> wanted_at_ ABSL_GUARDED_BY(mutex_);
  std::optional<base::SteadyTime> sampled_at_ ABSL_GUARDED_BY(mutex_);
  uint32_t step_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unordered_map<uint64_t, Ring> rings_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gpuscaler::web
