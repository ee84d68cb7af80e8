// The server's look at itself: a gRPC call through its own port, on a new
// connection each time, from a thread of its own.
//
// A listener that has stopped accepting, a loop that hangs, a handler that does
// not come back: each shows here and nowhere else, for connect() succeeds from
// the backlog of a dead listener.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/time.h"
#include "rpc/connection_gate.h"

namespace gpuscaler::serving {

class SelfCheck {
 public:
  // `address`: an IP literal that the server listens on; empty: every one. `gate`,
  // the server's, is told which connection is this one's: it needs no TLS there.
  // It must outlive this; nullptr: nobody is told.
  SelfCheck(const std::string& address, uint16_t port, base::Duration interval,
            rpc::ConnectionGate* gate);

  // OK while calls are answered, and before the first has ended. UNAVAILABLE
  // after kFailures in a row, or when a call has been under way for as long.
  absl::Status status(base::SteadyTime now) const ABSL_LOCKS_EXCLUDED(mutex_);

  // No further calls. One under way goes on; Stop waits for it.
  void RequestStop() { thread_.RequestStop(); }
  void Stop();

  static constexpr int kFailures = 3;
  static constexpr base::Duration kDeadline = std::chrono::seconds(3);

 private:
  void Check() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Call() const;

  const std::string address_;
  const uint16_t port_;
  const std::string target_;         // both, for people
  rpc::ConnectionGate* const gate_;  // not owned
  mutable base::Mutex mutex_;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status newest_ ABSL_GUARDED_BY(mutex_);
  base::PeriodicThread thread_;  // last: it uses everything above
};

}  // namespace gpuscaler::serving
