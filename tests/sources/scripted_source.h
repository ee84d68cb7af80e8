// A source whose answers a test sets, lane by lane, and whose reads wait at a
// gate of their lane.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/gate.h"
#include "sources/source.h"

namespace gpuscaler::sources {

inline std::shared_ptr<const telemetry::GpuIdentity> Identity(uint32_t index, std::string uuid) {
  return std::make_shared<const telemetry::GpuIdentity>(
      telemetry::GpuIdentity{index, std::move(uuid), "Test GPU", "", {}});
}

using ReadResult = absl::StatusOr<std::vector<GpuSample>>;

class ScriptedSource final : public Source {
 public:
  ScriptedSource() { answers_.fill(std::vector<GpuSample>()); }

  tests::Gate& gate(catalog::Lane lane) { return gates_[static_cast<size_t>(lane)]; }

  void Answer(catalog::Lane lane, ReadResult answer) ABSL_LOCKS_EXCLUDED(mutex_) {
    base::MutexLock lock(mutex_);
    answers_[static_cast<size_t>(lane)] = std::move(answer);
  }

  ReadResult Read(catalog::Lane lane) override ABSL_LOCKS_EXCLUDED(mutex_) {
    gate(lane).Pass();
    base::MutexLock lock(mutex_);
    return answers_[static_cast<size_t>(lane)];
  }
  std::string_view name() const override { return "scripted"; }

 private:
  std::array<tests::Gate, catalog::kLaneCount> gates_ = {tests::Gate(true), tests::Gate(true),
                                                         tests::Gate(true)};
  base::Mutex mutex_;
  std::array<ReadResult, catalog::kLaneCount> answers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gpuscaler::sources
