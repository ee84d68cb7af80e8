#include "sources/nvml/nvml_sessions.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/strings.h"

namespace gpuscaler::sources::nvml {

NvmlSessions::Lease::Lease(Lease&& other) noexcept
    : sessions_(std::exchange(other.sessions_, nullptr)),
      session_(other.session_),
      opened_at_(other.opened_at_) {}

NvmlSessions::Lease::~Lease() {
  if (sessions_ != nullptr) sessions_->Release();
}

void NvmlSessions::Lease::Retire(absl::Status reason) {
  sessions_->Retire(std::move(reason));
}

NvmlSessions::NvmlSessions(Options options, Opener open)
    : options_(options),
      open_(std::move(open)),
      failure_(absl::UnavailableError(
          "the NVIDIA driver is being opened, and that call has not returned yet")),
      pause_(options.first_pause) {}

absl::StatusOr<NvmlSessions::Lease> NvmlSessions::Acquire() {
  {
    base::MutexLock lock(mutex_);
    AwaitChange();
    if (phase_ == Phase::kOpen) {
      ++leases_;
      return Lease(this, session_.get(), opened_at_);
    }
    if (phase_ != Phase::kClosed || base::Now() < open_after_) return failure_;
    Enter(Phase::kOpening);
  }
  auto opened = open_();
  base::MutexLock lock(mutex_);
  if (!opened.ok()) {
    Enter(Phase::kClosed);
    failure_ = opened.status();
    open_after_ = base::Now() + NextPause();
    return failure_;
  }
  session_ = *std::move(opened);
  Enter(Phase::kOpen);
  opened_at_ = since_;
  leases_ = 1;
  return Lease(this, session_.get(), opened_at_);
}

void NvmlSessions::Enter(Phase phase) {
  phase_ = phase;
  since_ = base::Now();
  changed_.NotifyAll();
}

// Measured from the start of what is waited for: lanes that come again and
// again while it hangs wait once.
void NvmlSessions::AwaitChange() {
  while (phase_ == Phase::kOpening || phase_ == Phase::kClosing) {
    const base::SteadyTime deadline = since_ + options_.patience;
    if (base::Now() >= deadline) return;
    changed_.WaitUntil(mutex_, std::stop_token(), deadline);
  }
}

base::Duration NvmlSessions::NextPause() {
  return std::exchange(pause_, std::min(2 * pause_, options_.longest_pause));
}

void NvmlSessions::Retire(absl::Status reason) {
  base::MutexLock lock(mutex_);
  if (phase_ != Phase::kOpen) return;  // another lane was first
  base::LogWarn("closing the NVIDIA driver, to open it anew", {{"reason", base::Message(reason)}});
  failure_ = std::move(reason);
  const base::SteadyTime now = base::Now();
  const bool lasted = now - opened_at_ >= options_.longest_pause;
  if (lasted) pause_ = options_.first_pause;
  open_after_ = lasted ? now : now + NextPause();
  Enter(Phase::kClosing);
}

void NvmlSessions::Release() {
  std::unique_ptr<NvmlSession> closing;
  {
    base::MutexLock lock(mutex_);
    if (--leases_ > 0 || phase_ != Phase::kClosing) return;
    closing = std::move(session_);
  }
  closing.reset();  // which calls the driver
  base::MutexLock lock(mutex_);
  Enter(Phase::kClosed);
}

}  // namespace gpuscaler::sources::nvml
