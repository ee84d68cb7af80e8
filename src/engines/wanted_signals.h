// Which signals are wanted of each endpoint. Any thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "base/time.h"
#include "engines/exposition/signal.h"

namespace gpuscaler::engines {

// Never changed once made: readings of expositions hold on to the one that they began
// with.
using SignalSet = std::vector<Signal>;

class WantedSignals {
 public:
  static constexpr size_t kMostOfAnEndpoint = 64;

  // A signal that nobody has asked for in `forget_after` is not wanted any more.
  explicit WantedSignals(base::Duration forget_after) : forget_after_(forget_after) {}

  // RESOURCE_EXHAUSTED: too many others are wanted of this endpoint.
  absl::Status Want(const std::string& endpoint, const Signal& signal, base::SteadyTime now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Never null.
  std::shared_ptr<const SignalSet> Of(const std::string& endpoint, base::SteadyTime now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing is wanted of an endpoint that cannot be read.
  void Forget(const std::string& endpoint) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Wanted {
    std::shared_ptr<const SignalSet> signals = std::make_shared<const SignalSet>();
    std::vector<base::SteadyTime> asked_at;  // by place in `signals`
  };
  void DropOld(Wanted& wanted, base::SteadyTime now) const;
  // Endpoints of which nothing is wanted any more.
  void DropOldEndpoints(base::SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const base::Duration forget_after_;
  base::Mutex mutex_;
  std::map<std::string, Wanted> endpoints_ ABSL_GUARDED_BY(mutex_);  // by URL
};

}  // namespace gpuscaler::engines
