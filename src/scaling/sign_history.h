// When the activation signal of a trigger last exceeded its threshold, and whether the
// replica that this asked for has come.
#pragma once

#include <optional>

#include "base/time.h"
#include "scaling/standing.h"

namespace gpuscaler::scaling {

// A sign is met by a replica that stands idle; once it has gone, no other is awaited. But an
// idle one may also be on its way out, and no request reaches it any more. So it must have
//  - come for the sign, known by none being there or one loading since the sign began, and
//    by none at work since then, or
//  - worked since the last sign began and rested for kRests: most leave when their work is
//    done, or
//  - stayed idle for kStays: most have left by then.
// A sign that is met too early loses what is left of `warmup`: the replica that is to come is
// then held by KEDA's cooldownPeriod alone. One that is met too late, because KEDA let go of
// the replica before, starts another one for nobody.
class SignHistory {
 public:
  static constexpr base::Duration kRests = std::chrono::seconds(3);
  // Longer than a pod without work takes to leave: terminationGracePeriodSeconds, 30 s by
  // default, and what the kubelet and a report take to tell. Shorter than a cooldownPeriod
  // should be.
  static constexpr base::Duration kStays = std::chrono::seconds(45);
  static constexpr base::Duration kUnseen = std::chrono::seconds(10);

  // `on`: it exceeds at `now`, which does not go back; empty: that is not known, and whether it
  // was on holds. `warmup`: how long a sign counts.
  void Note(std::optional<bool> on, base::SteadyTime now, base::Duration warmup);
  // What is there, after Note of the same time. A look that finds nothing out ends nothing,
  // unless for kUnseen none does: what stood idle before may be another one after.
  void See(Standing standing, base::SteadyTime now);
  // Empty: it never did, or that was met.
  std::optional<base::SteadyTime> last() const { return last_; }

 private:
  std::optional<base::SteadyTime> last_;
  bool on_ = false;
  bool came_ = false;    // since signs follow one another, and has not worked yet
  bool worked_ = false;  // since the last of them began
  std::optional<base::SteadyTime> idle_since_;
  std::optional<base::SteadyTime> unknown_since_;
};

}  // namespace gpuscaler::scaling
