#include "rpc/certificate_watch.h"

#include <utility>

#include "base/log.h"
#include "base/strings.h"

namespace gpuscaler::rpc {

absl::StatusOr<std::unique_ptr<CertificateWatch>> CertificateWatch::Start(CertificateFiles files,
                                                                          base::Duration period) {
  auto first = ReadAndCheck(files);
  if (!first.ok()) return first.status();
  return std::unique_ptr<CertificateWatch>(
      new CertificateWatch(std::move(files), std::move(first), period));
}

std::unique_ptr<CertificateWatch> CertificateWatch::StartAnyway(CertificateFiles files,
                                                                base::Duration period) {
  auto first = ReadAndCheck(files);
  return std::unique_ptr<CertificateWatch>(
      new CertificateWatch(std::move(files), std::move(first), period));
}

CertificateWatch::CertificateWatch(CertificateFiles files, absl::StatusOr<Certificates> first,
                                   base::Duration period)
    : files_(std::move(files)),
      newest_(first.ok() ? std::make_shared<const Certificates>(*std::move(first)) : nullptr),
      why_none_(first.status()),
      thread_("certificates", period, [this](base::SteadyTime) { Look(CalendarNow()); }) {}

std::shared_ptr<const Certificates> CertificateWatch::newest() const {
  base::MutexLock lock(mutex_);
  return newest_;
}

absl::StatusOr<std::shared_ptr<const Certificates>> CertificateWatch::NewestOrWhy() const {
  base::MutexLock lock(mutex_);
  if (newest_ == nullptr) return why_none_;
  return newest_;
}

void CertificateWatch::Look(CalendarTime now) {
  const std::shared_ptr<const Certificates> before = newest();
  auto changed = Changed(before.get(), now);
  Complain(unusable_, changed.ok()
                          ? ""
                          : base::StrCat(before != nullptr ? "the certificates stay as they were: "
                                                           : "there are no certificates yet: ",
                                         base::Message(changed.status())));
  if (changed.ok() && *changed != nullptr) {
    if (files_.certificate.empty()) {
      base::LogInfo("authorities replaced; new connections trust these",
                    {{"file", files_.authorities}});
    } else {
      base::LogInfo("certificates replaced; new connections get these",
                    {{"file", files_.certificate},
                     {"subject", (*changed)->subject},
                     {"notAfter", FormatCalendar((*changed)->not_after)}});
    }
    base::MutexLock lock(mutex_);
    newest_ = *std::move(changed);
    why_none_ = absl::OkStatus();
    return;
  }
  if (before == nullptr) {
    base::MutexLock lock(mutex_);
    why_none_ = changed.status();
    return;
  }
  const bool expired = !files_.certificate.empty() && now > before->not_after;
  Complain(expired_, expired ? base::StrCat("the certificate in use, of ", files_.certificate,
                                            ", expired on ", FormatCalendar(before->not_after),
                                            ": it is refused until a new one is there")
                             : "");
}

// The text is compared rather than the files' times: it is little, and tells the
// same whether files are written, renamed or reached by another link.
absl::StatusOr<std::shared_ptr<const Certificates>> CertificateWatch::Changed(
    const Certificates* newest, CalendarTime now) const {
  auto read = ReadCertificates(files_);
  if (!read.ok()) return read.status();
  if (newest != nullptr && read->SameFiles(*newest)) return nullptr;
  if (absl::Status checked = Check(files_, *read, now); !checked.ok()) return checked;
  return std::make_shared<const Certificates>(*std::move(read));
}

void CertificateWatch::Complain(std::string& last, std::string why) {
  if (last == why) return;
  last = std::move(why);
  if (!last.empty()) base::LogError(last);
}

}  // namespace gpuscaler::rpc
