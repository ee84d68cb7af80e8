#include "web/gpu_history.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "web/node_state.h"

namespace gpuscaler::web {
namespace {

uint8_t Percent(std::optional<double> value, uint8_t unknown) {
  if (!value) return unknown;
  return static_cast<uint8_t>(std::lround(std::clamp(*value, 0.0, 100.0)));
}

}  // namespace

uint64_t GpuHistory::KeyOf(std::string_view node, std::string_view uuid) {
  const std::hash<std::string_view> hash;
  return hash(node) * 0x9E3779B97F4A7C15U ^ hash(uuid);
}

void GpuHistory::Want(base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  wanted_at_ = now;
}

bool GpuHistory::IsWanted(base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  if (wanted_at_ && now - *wanted_at_ <= kForgetAfter) return true;
  wanted_at_.reset();
  sampled_at_.reset();
  std::unordered_map<uint64_t, Ring>().swap(rings_);
  return false;
}

void GpuHistory::Sample(const telemetry::View& view, base::Duration stale_after,
                        base::SteadyTime now) {
  // Put together without the lock: who reads a page does not wait for a large fleet.
  struct Value {
    uint64_t key;
    uint8_t utilization;
    uint8_t memory;
  };
  std::vector<Value> values;
  for (const auto& node : view.nodes()) {
    for (const telemetry::GpuSnapshot& gpu : node->gpus) {
      const auto percent = [&](catalog::Metric metric) {
        return Percent(FreshValue(gpu, metric, stale_after, now), kUnknown);
      };
      values.push_back({KeyOf(node->node, gpu.identity->uuid),
                        percent(catalog::Metric::kGpuUtilization),
                        percent(catalog::Metric::kMemoryUsedPercent)});
    }
  }
  base::MutexLock lock(mutex_);
  ++step_;
  sampled_at_ = now;
  for (const Value& value : values) Put(value.key, value.utilization, value.memory);
  DropGone();
}

void GpuHistory::Put(uint64_t key, uint8_t utilization, uint8_t memory) {
  auto found = rings_.find(key);
  if (found == rings_.end()) {
    if (rings_.size() >= kMostGpus) return;
    found = rings_.emplace(key, Ring()).first;
    found->second.first = step_;
    found->second.last = step_;
  }
  Ring& ring = found->second;
  // What was missed since is not known; no ring lives on that missed kPoints of them.
  for (uint32_t missed = ring.last + 1; missed < step_; ++missed) {
    ring.utilization[missed % kPoints] = kUnknown;
    ring.memory[missed % kPoints] = kUnknown;
  }
  ring.last = step_;
  ring.utilization[step_ % kPoints] = utilization;
  ring.memory[step_ % kPoints] = memory;
}

void GpuHistory::DropGone() {
  std::erase_if(rings_,
                [step = step_](const auto& entry) { return step - entry.second.last >= kPoints; });
}

std::optional<GpuHistory::Series> GpuHistory::Of(std::string_view node,
                                                 std::string_view uuid) const {
  base::MutexLock lock(mutex_);
  const auto found = rings_.find(KeyOf(node, uuid));
  if (found == rings_.end()) return std::nullopt;
  const Ring& ring = found->second;
  const uint32_t oldest = step_ >= kPoints ? step_ - static_cast<uint32_t>(kPoints) + 1 : 1;
  Series series;
  const auto add = [](uint8_t value, std::vector<std::optional<uint8_t>>& to) {
    to.push_back(value == kUnknown ? std::nullopt : std::optional(value));
  };
  for (uint32_t step = std::max(ring.first, oldest); step <= step_; ++step) {
    const bool known = step <= ring.last;
    add(known ? ring.utilization[step % kPoints] : kUnknown, series.utilization);
    add(known ? ring.memory[step % kPoints] : kUnknown, series.memory);
  }
  return series;
}

std::optional<base::SteadyTime> GpuHistory::sampled_at() const {
  base::MutexLock lock(mutex_);
  return sampled_at_;
}

size_t GpuHistory::size() const {
  base::MutexLock lock(mutex_);
  return rings_.size();
}

}  // namespace gpuscaler::web
