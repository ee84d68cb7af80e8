#include "sources/simulated/simulated_source.h"

#include <chrono>
#include <utility>

namespace gpuscaler::sources {

SimulatedSource::SimulatedSource(std::unique_ptr<const Script> script, base::SteadyTime start)
    : script_(std::move(script)), start_(start) {}

SimulatedSource::~SimulatedSource() {
  Interrupt();
  base::MutexLock lock(mutex_);
  while (waiting_ > 0) {
    wake_.WaitUntil(mutex_, std::stop_token(), base::Now() + std::chrono::seconds(1));
  }
}

absl::StatusOr<std::vector<GpuSample>> SimulatedSource::Read(catalog::Lane lane) {
  const base::SteadyTime begun = base::Now();
  const base::Duration held = script_->HoldUp(lane, begun - start_);
  if (held > base::Duration::zero() && !WaitUntil(begun + held)) {
    return absl::CancelledError("the simulation ends");
  }
  const base::SteadyTime now = base::Now();
  return script_->At(lane, now - start_, now);
}

bool SimulatedSource::WaitUntil(base::SteadyTime deadline) {
  const std::stop_token stop = interrupted_.get_token();
  base::MutexLock lock(mutex_);
  ++waiting_;
  while (!stop.stop_requested() && base::Now() < deadline) {
    wake_.WaitUntil(mutex_, stop, deadline);
  }
  --waiting_;
  wake_.NotifyAll();
  return !stop.stop_requested();
}

}  // namespace gpuscaler::sources
