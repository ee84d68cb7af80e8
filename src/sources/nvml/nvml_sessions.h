// Keeps one session with the driver open, for ever: opens it when there is
// none, lends it to lanes, closes it when it is of no use any more.
//
// Thread-safe. The mutex is not held while a session is opened, used or closed,
// so that a call that hangs in one lane holds up no other for longer than
// `patience`, once. A new session is opened only when the old one is closed:
// the driver counts inits, and a second one while the first lasts would renew
// nothing.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/time.h"
#include "sources/nvml/nvml_session.h"

namespace gpuscaler::sources::nvml {

class NvmlSessions {
 public:
  struct Options {
    // Pause after a failure to open, doubled with each until the longest. A
    // session that lasted for the longest pause is replaced without one.
    base::Duration first_pause;
    base::Duration longest_pause;
    // How long a lane waits for another that opens or closes the session.
    base::Duration patience;
  };
  using Opener = std::function<absl::StatusOr<std::unique_ptr<NvmlSession>>()>;

  // The session on loan to one lane: it is closed no sooner than this ends.
  class Lease {
   public:
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    NvmlSession* operator->() const { return session_; }
    base::SteadyTime opened_at() const { return opened_at_; }

    // Lends it to nobody any more; it is closed with its last lease. `reason`
    // is what Acquire says until there is a new one.
    void Retire(absl::Status reason);

   private:
    friend class NvmlSessions;
    Lease(NvmlSessions* sessions, NvmlSession* session, base::SteadyTime opened_at)
        : sessions_(sessions), session_(session), opened_at_(opened_at) {}

    NvmlSessions* sessions_;
    NvmlSession* session_;
    base::SteadyTime opened_at_;
  };

  // `open` is called on the threads of Acquire, once at a time.
  NvmlSessions(Options options, Opener open);

  // Opens a session when there is none and the pause is over. Otherwise the
  // error is why there is none.
  absl::StatusOr<Lease> Acquire() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  enum class Phase { kClosed, kOpening, kOpen, kClosing };

  void Enter(Phase phase) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AwaitChange() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns the pause that is due now, and doubles the next.
  base::Duration NextPause() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Retire(absl::Status reason) ABSL_LOCKS_EXCLUDED(mutex_);
  void Release() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const Opener open_;
  base::Mutex mutex_;
  base::CondVar changed_;
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kClosed;
  base::SteadyTime since_ ABSL_GUARDED_BY(mutex_);  // of the phase
  std::unique_ptr<NvmlSession> session_ ABSL_GUARDED_BY(mutex_);
  base::SteadyTime opened_at_ ABSL_GUARDED_BY(mutex_);
  size_t leases_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // why there is no session
  base::SteadyTime open_after_ ABSL_GUARDED_BY(mutex_);
  base::Duration pause_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gpuscaler::sources::nvml
