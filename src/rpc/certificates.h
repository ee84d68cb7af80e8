// What one end of TLS shows and whom it trusts: a certificate with its key, and
// the authorities (CAs) of the other end, read from PEM files and checked
// together. Any thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "rpc/pem.h"

namespace gpuscaler::rpc {

// Paths. Certificate and key: both or none; empty: no such file.
struct CertificateFiles {
  std::string certificate;  // the own one first, then the chain to its CA
  std::string key;
  std::string authorities;
};

// The files' text, with what is worth saying about it.
struct Certificates {
  std::string certificate;
  std::string key;
  std::string authorities;
  std::string subject;     // of the own certificate: "CN=gateway"
  CalendarTime not_after;  // its last second

  bool SameFiles(const Certificates& other) const;
};

// The text alone, whatever it is.
absl::StatusOr<Certificates> ReadCertificates(const CertificateFiles& files);

// Fills in what the certificate says. An error names the file and what is wrong:
// no PEM or a part of one, a key of another certificate, what OpenSSL does not
// take (a key that is too short), a certificate whose time is over or has not come,
// authorities none of whose time is now.
absl::Status Check(const CertificateFiles& files, Certificates& read, CalendarTime now);

absl::StatusOr<Certificates> ReadAndCheck(const CertificateFiles& files);

}  // namespace gpuscaler::rpc
