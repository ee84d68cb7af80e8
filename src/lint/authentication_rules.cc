// What the external scaler reads of a TriggerAuthentication.
#include <algorithm>

#include "base/json_quote.h"
#include "base/misspelling.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

// From a TriggerAuthentication, and from there alone.
constexpr std::string_view kParameters[] = {"caCert", "tlsClientCert", "tlsClientKey"};

void ClientCertificate(const CheckedTrigger& trigger, Findings& findings) {
  const auto* authentication = trigger.Authentication();
  if (authentication == nullptr) return;
  const bool certificate = authentication->Has("tlsClientCert");
  if (certificate == authentication->Has("tlsClientKey")) return;
  findings.Add(trigger.source->places.LineOf("authenticationRef"), authentication->kind, " ",
               authentication->name, " has ", certificate ? "tlsClientCert" : "tlsClientKey",
               " without ", certificate ? "tlsClientKey" : "tlsClientCert",
               ": KEDA then shows no certificate; give both");
}

bool IsRead(std::string_view parameter) {
  return std::find(std::begin(kParameters), std::end(kParameters), parameter) !=
         std::end(kParameters);
}

// The parameter that is missing and that `name` was probably meant to be; empty: none.
std::string_view MeantBy(const std::string& name,
                         const manifests::TriggerAuthentication& authentication) {
  const std::string_view meant = base::LikelyMeant(name, kParameters);
  return meant.empty() || authentication.Has(meant) ? std::string_view() : meant;
}

// Triggers of several scalers may share a TriggerAuthentication. What this one's passes over is
// a mistake where it resembles what it lacks, or where nothing is left.
void AddUnread(const CheckedTrigger& trigger, bool mistakes, Findings& findings) {
  const auto* authentication = trigger.Authentication();
  if (authentication == nullptr) return;
  const bool nothing_read =
      std::none_of(std::begin(kParameters), std::end(kParameters),
                   [authentication](std::string_view each) { return authentication->Has(each); });
  for (const auto& parameter : authentication->parameters) {
    if (IsRead(parameter.name)) continue;
    const std::string_view meant = MeantBy(parameter.name, *authentication);
    if (mistakes != (nothing_read || !meant.empty())) continue;
    findings.Add(trigger.source->places.LineOf("authenticationRef"), authentication->kind, " ",
                 authentication->name, " has the parameter ", base::QuotedStart(parameter.name),
                 ", which the external scaler does not read",
                 meant.empty() ? "; it reads caCert, tlsClientCert and tlsClientKey"
                               : base::StrCat("; did you mean ", meant, "?"));
  }
}

void MistakenParameter(const CheckedTrigger& trigger, Findings& findings) {
  AddUnread(trigger, true, findings);
}

void OtherParameter(const CheckedTrigger& trigger, Findings& findings) {
  AddUnread(trigger, false, findings);
}

constexpr RuleRow kRows[] = {
    {"tls-client-certificate", Severity::kError, "Half a client certificate",
     "KEDA shows a client certificate only if it has both certificate and key. A scaler with "
     "--tls-client-ca then closes the connection.",
     "Give both `tlsClientCert` and `tlsClientKey`.", nullptr, ClientCertificate},
    {"tls-parameter", Severity::kError, "A TriggerAuthentication whose parameters nobody reads",
     "Of a TriggerAuthentication the external scaler reads caCert, tlsClientCert and tlsClientKey. "
     "One that is misspelt turns nothing on, and neither does one with none of the three.",
     "Name the parameter as the message says, or leave `authenticationRef` out.", nullptr,
     MistakenParameter},
    {"other-parameter", Severity::kInfo, "A TriggerAuthentication with parameters of other scalers",
     "Beside caCert, tlsClientCert and tlsClientKey a TriggerAuthentication may hold what other "
     "scalers' triggers read. The external scaler passes over it.",
     "Nothing, if other triggers share it; else leave the parameter out.", nullptr, OtherParameter},
};

}  // namespace

std::span<const RuleRow> AuthenticationRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
