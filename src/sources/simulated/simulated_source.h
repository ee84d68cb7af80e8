// A source that plays a script instead of reading hardware. It is only ever
// chosen explicitly, never in place of hardware that cannot be read.
#pragma once

#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/time.h"
#include "sources/simulated/script.h"
#include "sources/source.h"

namespace gpuscaler::sources {

class SimulatedSource final : public Source {
 public:
  // The script's time is zero at `start`.
  SimulatedSource(std::unique_ptr<const Script> script, base::SteadyTime start);
  // Interrupts reads that are held up, and waits for them to return.
  ~SimulatedSource() override;

  absl::StatusOr<std::vector<GpuSample>> Read(catalog::Lane lane) override;
  std::string_view name() const override { return "simulated"; }

  // Reads that are held up, now or later, return CANCELLED at once.
  void Interrupt() { interrupted_.request_stop(); }

 private:
  // False when it was interrupted.
  bool WaitUntil(base::SteadyTime deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::unique_ptr<const Script> script_;
  const base::SteadyTime start_;
  std::stop_source interrupted_;
  base::Mutex mutex_;
  base::CondVar wake_;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gpuscaler::sources
