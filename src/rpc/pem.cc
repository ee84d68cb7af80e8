#include "rpc/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/small_file.h"
#include "base/strings.h"

namespace gpuscaler::rpc {
namespace {

constexpr size_t kMostBytes = 1 << 20;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

std::unique_ptr<BIO, FreeBio> Reader(const std::string& pem) {
  return std::unique_ptr<BIO, FreeBio>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// OpenSSL passes over a block whose first line is cut off.
bool EndsInAnOpenBlock(std::string_view pem) {
  pem = pem.substr(0, pem.find_last_not_of(" \t\r\n") + 1);
  const size_t newline = pem.rfind('\n');
  const std::string_view last = newline == std::string_view::npos ? pem : pem.substr(newline + 1);
  return last.starts_with('-') && !(last.starts_with("-----END ") && last.ends_with("-----"));
}

absl::Status Damaged(const std::string& file, std::string_view why) {
  return absl::InvalidArgumentError(base::StrCat(file, " is damaged or cut off: ", why));
}

// Without it OpenSSL would ask at the terminal.
int NoPassword(char*, int, int, void*) {
  return 0;
}

CalendarTime ToCalendar(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return CalendarTime(std::chrono::seconds(timegm(&parts)));
}

}  // namespace

CalendarTime CalendarNow() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string FormatCalendar(CalendarTime time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  char text[64] = {};
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

absl::StatusOr<std::string> ReadPemFile(const std::string& file, const char* what) {
  auto text = base::ReadSmallFile(file, kMostBytes);
  if (text.ok()) return text;
  return absl::InvalidArgumentError(
      base::StrCat("cannot read the ", what, " ", file, ": ", base::Message(text.status())));
}

absl::StatusOr<std::vector<CertificatePointer>> ParseCertificates(const std::string& pem,
                                                                  const std::string& file) {
  std::vector<CertificatePointer> certificates;
  const auto reader = Reader(pem);
  ERR_clear_error();
  while (X509* certificate = PEM_read_bio_X509(reader.get(), nullptr, NoPassword, nullptr)) {
    certificates.emplace_back(certificate);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string why = OpenSslError();
  if (!at_end) return Damaged(file, why);
  if (EndsInAnOpenBlock(pem)) return Damaged(file, "its last block has no end");
  if (certificates.empty()) {
    return absl::InvalidArgumentError(base::StrCat(file, " holds no certificate in PEM format"));
  }
  return certificates;
}

absl::StatusOr<KeyPointer> ParseKey(const std::string& pem, const std::string& file) {
  const auto reader = Reader(pem);
  ERR_clear_error();
  KeyPointer key(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassword, nullptr));
  const std::string why = OpenSslError();
  if (key != nullptr) return key;
  // OpenSSL's reasons come from whichever of its decoders was asked last.
  if (pem.find("ENCRYPTED") != std::string::npos) {
    return absl::InvalidArgumentError(
        base::StrCat(file, " is encrypted; the key must be readable without a password"));
  }
  if (pem.find(" PRIVATE KEY-----") == std::string::npos && !EndsInAnOpenBlock(pem)) {
    return absl::InvalidArgumentError(base::StrCat(file, " holds no private key in PEM format"));
  }
  return Damaged(file, why);
}

CalendarTime NotBefore(const X509& certificate) {
  return ToCalendar(X509_get0_notBefore(&certificate));
}

CalendarTime NotAfter(const X509& certificate) {
  return ToCalendar(X509_get0_notAfter(&certificate));
}

std::string SubjectOf(const X509& certificate) {
  const std::unique_ptr<BIO, FreeBio> text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

std::string OpenSslError() {
  const auto first = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(first);
  return reason != nullptr ? reason : "unknown error";
}

}  // namespace gpuscaler::rpc
