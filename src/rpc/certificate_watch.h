// The newest valid certificates in a set of files that others may replace at any
// time: Kubernetes and cert-manager renew them.
//
// A thread of its own looks every second. Files that are not valid together, a
// half-written one or a key that has not followed its certificate, change nothing:
// the last valid set stays and the log says why, once for each reason. Whoever needs
// them waits for no disk.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/time.h"
#include "rpc/certificates.h"

namespace gpuscaler::rpc {

class CertificateWatch {
 public:
  static constexpr base::Duration kPeriod = std::chrono::seconds(1);

  // An error: the files are not valid now.
  static absl::StatusOr<std::unique_ptr<CertificateWatch>> Start(CertificateFiles files,
                                                                 base::Duration period = kPeriod);
  // They may become valid later.
  static std::unique_ptr<CertificateWatch> StartAnyway(CertificateFiles files,
                                                       base::Duration period = kPeriod);

  // Any thread. A set that differs from the one before is another object. Null, after
  // StartAnyway only: there was no valid one yet.
  std::shared_ptr<const Certificates> newest() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Never null: why there was none.
  absl::StatusOr<std::shared_ptr<const Certificates>> NewestOrWhy() const
      ABSL_LOCKS_EXCLUDED(mutex_);
  const CertificateFiles& files() const { return files_; }

 private:
  CertificateWatch(CertificateFiles files, absl::StatusOr<Certificates> first,
                   base::Duration period);

  void Look(CalendarTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The files as they are; empty: they are those of the newest set.
  absl::StatusOr<std::shared_ptr<const Certificates>> Changed(const Certificates* newest,
                                                              CalendarTime now) const;
  // Logs what differs from the last; empty: there is nothing to complain about.
  static void Complain(std::string& last, std::string why);

  const CertificateFiles files_;
  mutable base::Mutex mutex_;
  std::shared_ptr<const Certificates> newest_ ABSL_GUARDED_BY(mutex_);
  absl::Status why_none_ ABSL_GUARDED_BY(mutex_);  // OK: there is one
  // The thread's only: what was last complained about.
  std::string unusable_;
  std::string expired_;
  base::PeriodicThread thread_;  // last: it uses everything above
};

}  // namespace gpuscaler::rpc
