// How late a stream's reports are.
//
// A report that waited in a connection which was cut off tells ages of before. The
// quickest one of the last seconds shows how far the clocks are apart: not of all time,
// for clocks drift, and a guest's stands still while it is paused.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace gpuscaler::fleet {

class ReportLag {
 public:
  // By how much the report that came at `now` was held up. `sent_ms`: when it was sent
  // by the node's clock; 0: it does not tell, and counts as quick.
  base::Duration Of(uint64_t sent_ms, base::SteadyTime now);

 private:
  // By how much our clock was ahead of the node's when the quickest report of this
  // window of time came, and of the one before.
  std::optional<base::Duration> quickest_;
  std::optional<base::Duration> quickest_before_;
  base::SteadyTime window_at_ = {};
};

}  // namespace gpuscaler::fleet
