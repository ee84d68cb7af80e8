// The certificates that the flags name.
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/strings.h"
#include "doctor/checks.h"
#include "rpc/certificates.h"
#include "rpc/pem.h"

namespace gpuscaler::doctor {
namespace {

constexpr auto kSoon = std::chrono::hours(24 * 30);

// "DNS:gateway.keda.svc, IP:10.0.0.7".
std::string NamesOf(const X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  if (names == nullptr) return "";
  std::string text;
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    GENERAL_NAME_print(out.get(), sk_GENERAL_NAME_value(names.get(), i));
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    base::AppendItem(&text, std::string(data, static_cast<size_t>(size)));
    static_cast<void>(BIO_reset(out.get()));
  }
  return text;
}

// OK: the chain leads to one of the authorities, now.
absl::Status Verify(const std::vector<rpc::CertificatePointer>& chain,
                    const std::vector<rpc::CertificatePointer>& authorities) {
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(),
                                                                      &X509_STORE_free);
  for (const auto& authority : authorities) X509_STORE_add_cert(store.get(), authority.get());
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> rest(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(rest.get(), chain[i].get());
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
      X509_STORE_CTX_new(), &X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), rest.get());
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  ERR_clear_error();
  return absl::UnauthenticatedError(
      X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
}

Finding Expiry(const std::string& file, rpc::CalendarTime not_after) {
  const auto left = not_after - rpc::CalendarNow();
  const auto days = std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
  const std::string what =
      base::StrCat(file, " is valid until ", rpc::FormatCalendar(not_after), ", ", days, " days");
  if (left >= kSoon) return Ok(what);
  return Warn(what, "renew it; the scaler reads the files again by itself");
}

Findings OfFiles(const rpc::CertificateFiles& files, bool serves) {
  const auto read = rpc::ReadAndCheck(files);
  if (!read.ok()) {
    return {NotOk(std::string(base::Message(read.status())),
                  "put the right files there: certificate with its chain, its key, and the "
                  "authorities, PEM, all of one Secret")};
  }
  Findings findings;
  if (files.certificate.empty()) {
    return {Ok(base::StrCat(files.authorities, " holds authorities"))};
  }
  const auto chain = rpc::ParseCertificates(read->certificate, files.certificate);
  if (!chain.ok()) return {NotOk(std::string(base::Message(chain.status())), "replace the file")};
  findings.push_back(Expiry(files.certificate, read->not_after));
  if (serves) {
    const std::string names = NamesOf(*chain->front());
    findings.push_back(
        names.empty()
            ? NotOk(base::StrCat(files.certificate, " (", read->subject,
                                 ") has no subject "
                                 "alternative name"),
                    "make one for the names by which clients reach it: DNS:SERVICE.NAMESPACE.svc; "
                    "a common name alone counts nowhere any more")
            : Ok(base::StrCat("it is for ", names)));
  }
  return findings;
}

}  // namespace

Findings CheckServerCertificate(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (subject.tls.certificate.empty() && subject.tls.key.empty()) {
    return {Skipped("plaintext: --tls-cert is not given")};
  }
  Findings findings = OfFiles(subject.tls, true);
  if (subject.client.authorities.empty() || findings.front().verdict == Verdict::kNotOk) {
    return findings;
  }
  const auto read = rpc::ReadAndCheck(subject.tls);
  const auto trusted = rpc::ReadPemFile(subject.client.authorities, "CA file");
  if (!read.ok() || !trusted.ok()) return findings;
  const auto chain = rpc::ParseCertificates(read->certificate, subject.tls.certificate);
  const auto authorities = rpc::ParseCertificates(*trusted, subject.client.authorities);
  if (!chain.ok() || !authorities.ok()) return findings;
  const absl::Status verified = Verify(*chain, *authorities);
  findings.push_back(
      verified.ok()
          ? Ok(base::StrCat("it verifies by ", subject.client.authorities))
          : NotOk(
                base::StrCat("it does not verify by ", subject.client.authorities, ": ",
                             base::Message(verified)),
                "give KEDA (caCert of its TriggerAuthentication) the authority that issued it, and "
                "put intermediate certificates behind it in its file"));
  return findings;
}

Findings CheckReportCertificate(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (!subject.is_node) {
    if (subject.report_client_ca.empty()) return {Skipped("--report-client-ca is not given")};
    return OfFiles({"", "", subject.report_client_ca}, false);
  }
  if (subject.report_tls.authorities.empty()) return {Skipped("--report-ca is not given")};
  return OfFiles(subject.report_tls, false);
}

}  // namespace gpuscaler::doctor
