#include "rpc/certificates.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace gpuscaler::rpc {
namespace {

absl::Status ReadInto(std::string& text, const std::string& file, const char* what) {
  if (file.empty()) return absl::OkStatus();
  auto read = ReadPemFile(file, what);
  if (!read.ok()) return read.status();
  text = *std::move(read);
  return absl::OkStatus();
}

absl::Status CheckTime(const std::string& file, const X509& certificate, CalendarTime now) {
  if (const CalendarTime end = NotAfter(certificate); now > end) {
    return absl::InvalidArgumentError(
        base::StrCat("the certificate in ", file, " expired on ", FormatCalendar(end)));
  }
  if (const CalendarTime begin = NotBefore(certificate); now < begin) {
    return absl::InvalidArgumentError(
        base::StrCat("the certificate in ", file, " is not valid before ", FormatCalendar(begin)));
  }
  return absl::OkStatus();
}

// As gRPC will: a set that gRPC refuses would leave it with the one before.
absl::Status CheckUse(const CertificateFiles& files, X509* certificate, EVP_PKEY* key) {
  if (X509_check_private_key(certificate, key) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError(base::StrCat(
        "the key in ", files.key, " does not belong to the certificate in ", files.certificate));
  }
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()),
                                                                  &SSL_CTX_free);
  if (SSL_CTX_use_certificate(context.get(), certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key) != 1) {
    return absl::InvalidArgumentError(base::StrCat("the certificate in ", files.certificate,
                                                   " cannot be used: ", OpenSslError()));
  }
  return absl::OkStatus();
}

absl::Status CheckOwn(const CertificateFiles& files, Certificates& read, CalendarTime now) {
  const auto chain = ParseCertificates(read.certificate, files.certificate);
  if (!chain.ok()) return chain.status();
  const auto key = ParseKey(read.key, files.key);
  if (!key.ok()) return key.status();
  X509& own = *chain->front();
  read.subject = SubjectOf(own);
  read.not_after = NotAfter(own);
  if (absl::Status used = CheckUse(files, &own, key->get()); !used.ok()) return used;
  return CheckTime(files.certificate, own, now);
}

absl::Status CheckAuthorities(const std::string& file, const std::string& pem, CalendarTime now) {
  const auto authorities = ParseCertificates(pem, file);
  if (!authorities.ok()) return authorities.status();
  // One whose time is over may stand beside the one that follows it.
  absl::Status why;
  for (const CertificatePointer& authority : *authorities) {
    absl::Status timely = CheckTime(file, *authority, now);
    if (timely.ok()) return timely;
    why = std::move(timely);
  }
  return why;
}

}  // namespace

bool Certificates::SameFiles(const Certificates& other) const {
  return certificate == other.certificate && key == other.key && authorities == other.authorities;
}

absl::StatusOr<Certificates> ReadCertificates(const CertificateFiles& files) {
  Certificates read;
  for (const absl::Status& status : {ReadInto(read.certificate, files.certificate, "certificate"),
                                     ReadInto(read.key, files.key, "key"),
                                     ReadInto(read.authorities, files.authorities, "CA file")}) {
    if (!status.ok()) return status;
  }
  return read;
}

absl::Status Check(const CertificateFiles& files, Certificates& read, CalendarTime now) {
  if (files.certificate.empty() != files.key.empty()) {
    return absl::InvalidArgumentError("a certificate and its key are given together");
  }
  if (!files.certificate.empty()) {
    if (absl::Status own = CheckOwn(files, read, now); !own.ok()) return own;
  }
  if (files.authorities.empty()) return absl::OkStatus();
  return CheckAuthorities(files.authorities, read.authorities, now);
}

absl::StatusOr<Certificates> ReadAndCheck(const CertificateFiles& files) {
  auto read = ReadCertificates(files);
  if (!read.ok()) return read.status();
  if (absl::Status checked = Check(files, *read, CalendarNow()); !checked.ok()) return checked;
  return read;
}

}  // namespace gpuscaler::rpc
