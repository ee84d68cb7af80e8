// Takes the latencies of calls within a measured interval that follows a warm-up,
// and what the server spent on the CPU meanwhile.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/time.h"

namespace gpuscaler::bench {

struct LoadOptions {
  uint16_t port = 0;  // on 127.0.0.1
  pid_t server = 0;
  int connections = 1;
  int in_flight = 1;  // on each connection
  base::Duration warm_up = {};
  base::Duration measured = {};
  base::Duration pause = {};  // between a call and the next
  bool window = false;        // the trigger asks for an average over 300 s
};

class Recorder {
 public:
  explicit Recorder(const LoadOptions& options);

  // A call that began at `begun` has ended at `now`. False: the load is over.
  bool Take(base::SteadyTime begun, base::SteadyTime now);

  // One line of JSON.
  void Print();

 private:
  const LoadOptions& options_;
  const base::SteadyTime warm_at_;
  base::SteadyTime started_at_ = {};  // {}: still warming up
  base::SteadyTime ended_at_ = {};
  base::Duration server_cpu_ = {};
  std::vector<base::Duration> latencies_;
};

}  // namespace gpuscaler::bench
