// Whether KEDA can reach the scaler: address and TLS. What KEDA makes of these fields
// is in its pkg/scalers/external_scaler.go.
#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/json_quote.h"
#include "base/misspelling.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

// From a TriggerAuthentication, and from there alone.
constexpr std::string_view kParameters[] = {"caCert", "tlsClientCert", "tlsClientKey"};

bool IsTrue(const CheckedTrigger& trigger, std::string_view key) {
  const auto value = trigger.Value(key);
  return value == "true" || value == "True" || value == "TRUE" || value == "1" || value == "t" ||
         value == "T";  // as Go's ParseBool takes them
}

// Those that the trigger refers to and that are in the files.
const manifests::TriggerAuthentication* AuthenticationOf(const CheckedTrigger& trigger) {
  const auto& reference = trigger.source->authentication;
  if (!reference) return nullptr;
  for (const auto* each : trigger.object->surroundings->authentications) {
    if (each->kind != reference->kind || each->name != reference->name) continue;
    const bool other_namespace = each->kind == "TriggerAuthentication" &&
                                 !each->object_namespace.empty() &&
                                 trigger.object->object->places.Has("metadata.namespace") &&
                                 each->object_namespace != trigger.object->object->object_namespace;
    if (!other_namespace) return each;
  }
  return nullptr;
}

bool Has(const manifests::TriggerAuthentication& authentication, std::string_view parameter) {
  return std::any_of(authentication.parameters.begin(), authentication.parameters.end(),
                     [&](const auto& each) { return each.name == parameter; });
}

// What is wrong with HOST:PORT; empty: nothing.
std::string AddressProblem(std::string_view address) {
  if (address.find_first_of(" \t") != std::string_view::npos) return "holds a space";
  // The schemes of gRPC's resolvers.
  for (const std::string_view scheme : {"dns:///", "passthrough:///"}) {
    if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
  }
  if (address.starts_with("unix:")) return "";
  if (const size_t scheme = address.find("://"); scheme != std::string_view::npos) {
    return base::StrCat("has the scheme ", address.substr(0, scheme), "://, but gRPC takes none");
  }
  if (address.find('/') != std::string_view::npos) return "has a path, but gRPC takes none";
  const size_t colon = address.rfind(':');
  const bool bare_ipv6 = !address.starts_with('[') && address.find(':') != colon;
  if (bare_ipv6) return "is an IPv6 address without brackets";
  if (colon == std::string_view::npos || address.ends_with(']')) {
    return "has no port, so that KEDA dials 443";
  }
  if (colon == 0) return "has no host";
  const std::string_view port = address.substr(colon + 1);
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0) {
    return "has no port from 1 to 65535";
  }
  return "";
}

void ScalerAddress(const CheckedTrigger& trigger, Findings& findings) {
  if (trigger.Has("scalerAddress") && !trigger.source->metadata.contains("scalerAddress")) return;
  const auto address = trigger.Value("scalerAddress");
  if (!address) {
    findings.Add(trigger.LineOf(""),
                 "scalerAddress is missing: KEDA does not know whom to ask; give "
                 "keda-gpu-scaler.NAMESPACE:6000");
    return;
  }
  const std::string problem = address->empty() ? "is empty" : AddressProblem(*address);
  if (problem.empty()) return;
  findings.Add(trigger.LineOf("scalerAddress"), "scalerAddress ", base::QuotedStart(*address), " ",
               problem, "; write HOST:PORT like keda-gpu-scaler.keda:6000");
}

void AuthInMetadata(const CheckedTrigger& trigger, Findings& findings) {
  for (const std::string_view key : {"caCert", "tlsClientCert", "tlsClientKey", "tlsCertFile"}) {
    if (!trigger.Has(key)) continue;
    findings.Add(
        trigger.LineOf(key), key,
        " in the metadata: KEDA takes it from a "
        "TriggerAuthentication alone, and hands the metadata to the scaler as it is; move it "
        "to one, as the parameter ",
        key == "tlsCertFile" ? "caCert" : key, ", and name that in authenticationRef");
  }
}

void UnsafeWithoutTls(const CheckedTrigger& trigger, Findings& findings) {
  if (!IsTrue(trigger, "unsafeSsl") || IsTrue(trigger, "enableTLS")) return;
  if (trigger.source->authentication || trigger.Has("enableTLSFromEnv")) return;
  findings.Add(
      trigger.LineOf("unsafeSsl"),
      "unsafeSsl turns off a check of TLS, and nothing turns TLS on: KEDA speaks plaintext; "
      "give enableTLS: \"true\", or leave unsafeSsl out");
}

void Unverified(const CheckedTrigger& trigger, Findings& findings) {
  if (!IsTrue(trigger, "unsafeSsl")) return;
  if (!IsTrue(trigger, "enableTLS") && !trigger.source->authentication) return;
  findings.Add(trigger.LineOf("unsafeSsl"),
               "unsafeSsl: KEDA takes any certificate, so whoever answers at this address sets the "
               "replicas; give caCert in a TriggerAuthentication instead");
}

void SystemAuthorities(const CheckedTrigger& trigger, Findings& findings) {
  if (!IsTrue(trigger, "enableTLS") || IsTrue(trigger, "unsafeSsl")) return;
  const auto* authentication = AuthenticationOf(trigger);
  if (trigger.source->authentication && authentication == nullptr) return;
  if (authentication != nullptr && Has(*authentication, "caCert")) return;
  findings.Add(
      trigger.LineOf("enableTLS"),
      "enableTLS without caCert: KEDA trusts the public authorities and those of its own "
      "--ca-dir, and a certificate made in the cluster is of none of the former; give caCert in a "
      "TriggerAuthentication");
}

void ClientCertificate(const CheckedTrigger& trigger, Findings& findings) {
  const auto* authentication = AuthenticationOf(trigger);
  if (authentication == nullptr) return;
  const bool certificate = Has(*authentication, "tlsClientCert");
  if (certificate == Has(*authentication, "tlsClientKey")) return;
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
  return meant.empty() || Has(authentication, meant) ? std::string_view() : meant;
}

// Triggers of several scalers may share a TriggerAuthentication. What this one's passes over is
// a mistake where it resembles what it lacks, or where nothing is left.
void AddUnread(const CheckedTrigger& trigger, bool mistakes, Findings& findings) {
  const auto* authentication = AuthenticationOf(trigger);
  if (authentication == nullptr) return;
  const bool nothing_read =
      std::none_of(std::begin(kParameters), std::end(kParameters),
                   [authentication](std::string_view each) { return Has(*authentication, each); });
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
    {"scaler-address", Severity::kError, "An address that KEDA cannot dial",
     "KEDA hands scalerAddress to gRPC: HOST:PORT, without http://. Without a port gRPC dials 443. "
     "KEDA "
     "shows it only as `no metric specs returned`.",
     "`scalerAddress: keda-gpu-scaler.keda:6000`, the Service's name, its namespace and its port.",
     nullptr, ScalerAddress},
    {"tls-in-metadata", Severity::kError, "Certificates in the metadata",
     "KEDA 2.21 reads caCert, tlsClientCert and tlsClientKey from a TriggerAuthentication alone; "
     "in the "
     "metadata they turn nothing on, and a key would be sent to the scaler in plaintext. "
     "tlsCertFile is of "
     "older versions.",
     "A Secret, a TriggerAuthentication that names its keys, and `authenticationRef` "
     "(deploy/examples/tls).",
     nullptr, AuthInMetadata},
    {"tls-off", Severity::kWarning, "`unsafeSsl` without TLS",
     "TLS is turned on by enableTLS, or by caCert or a client certificate in a "
     "TriggerAuthentication. "
     "unsafeSsl alone turns off a check that does not take place.",
     "`enableTLS: \"true\"`, or nothing.", nullptr, UnsafeWithoutTls},
    {"tls-unverified", Severity::kWarning, "TLS that verifies nothing",
     "With unsafeSsl KEDA accepts every certificate. Who can answer in the scaler's place sets the "
     "replicas of the workload.",
     "`caCert` in a TriggerAuthentication, without unsafeSsl.", nullptr, Unverified},
    {"tls-authority", Severity::kInfo, "TLS without the scaler's authority",
     "With enableTLS alone KEDA verifies against the public authorities, and those in the folders "
     "of its "
     "operator's --ca-dir. A scaler's certificate is mostly of neither. A mismatch shows only as "
     "`no "
     "metric specs returned`.",
     "`caCert` in a TriggerAuthentication, which turns TLS on by itself.", nullptr,
     SystemAuthorities},
    {"tls-client-certificate", Severity::kError, "Half a client certificate",
     "KEDA shows a client certificate only if it has both certificate and key. A scaler with "
     "--tls-client-ca then closes the connection.",
     "Give both `tlsClientCert` and `tlsClientKey`.", nullptr, ClientCertificate},
    {"tls-parameter", Severity::kError, "A TriggerAuthentication whose parameters nobody reads",
     "Of a TriggerAuthentication the external scaler reads caCert, tlsClientCert and tlsClientKey. "
     "One that "
     "is misspelt turns nothing on, and neither does one with none of the three.",
     "Name the parameter as the message says, or leave `authenticationRef` out.", nullptr,
     MistakenParameter},
    {"other-parameter", Severity::kInfo, "A TriggerAuthentication with parameters of other scalers",
     "Beside caCert, tlsClientCert and tlsClientKey a TriggerAuthentication may hold what other "
     "scalers' "
     "triggers read. The external scaler passes over it.",
     "Nothing, if other triggers share it; else leave the parameter out.", nullptr, OtherParameter},
};

}  // namespace

std::span<const RuleRow> ConnectionRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
