// PEM files: certificates and private keys, parsed by OpenSSL.
//
// Functions, any thread. Errors are INVALID_ARGUMENT, or of reading the file, and
// name it.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gpuscaler::rpc {

// Calendar time, in which certificates end: nanoseconds would end before some do.
using CalendarTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

CalendarTime CalendarNow();
// "2026-03-01 12:00:00 UTC".
std::string FormatCalendar(CalendarTime time);

// The text of a regular file of at most 1 MiB. `what`: what it is, for the error.
absl::StatusOr<std::string> ReadPemFile(const std::string& file, const char* what);

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using CertificatePointer = std::unique_ptr<X509, FreeCertificate>;
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeKey>;

// One at least. A block that is damaged or cut off is an error.
absl::StatusOr<std::vector<CertificatePointer>> ParseCertificates(const std::string& pem,
                                                                  const std::string& file);
absl::StatusOr<KeyPointer> ParseKey(const std::string& pem, const std::string& file);

CalendarTime NotBefore(const X509& certificate);
CalendarTime NotAfter(const X509& certificate);
// "CN=gateway,O=example", as RFC 2253 writes it.
std::string SubjectOf(const X509& certificate);

// Takes OpenSSL's errors off the thread's queue. The first one, in words.
std::string OpenSslError();

}  // namespace gpuscaler::rpc
