// Whether KEDA and the scaler speak the same: TLS. What KEDA makes of these fields is in its
// pkg/scalers/external_scaler.go.
#include <map>
#include <optional>

#include "base/json_quote.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

// KEDA reads it as JSON does, from the metadata alone.
bool IsTrue(const CheckedTrigger& trigger, std::string_view key) {
  const auto entry = trigger.source->metadata.find(std::string(key));
  return entry != trigger.source->metadata.end() && entry->second == "true";
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
  if (trigger.source->authentication) return;
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
  const auto* authentication = trigger.Authentication();
  if (trigger.source->authentication && authentication == nullptr) return;
  if (authentication != nullptr && authentication->Has("caCert")) return;
  findings.Add(
      trigger.LineOf("enableTLS"),
      "enableTLS without caCert: KEDA trusts the public authorities and those of its own "
      "--ca-dir, and a certificate made in the cluster is of none of the former; give caCert in a "
      "TriggerAuthentication");
}

void FlagValue(const CheckedTrigger& trigger, Findings& findings) {
  for (const std::string_view key : {"enableTLS", "unsafeSsl"}) {
    const auto value = trigger.Value(key);
    if (!value || value->empty()) continue;
    const bool literal = trigger.source->metadata.contains(std::string(key));
    if (literal && (*value == "true" || *value == "false")) continue;
    if (literal) {
      findings.Add(trigger.LineOf(key), key, " is ", base::QuotedStart(*value),
                   ", and KEDA takes true and false alone: there is no HPA then; write ", key,
                   ": \"true\", or leave it out");
    } else {
      findings.Add(trigger.LineOf(key), key, "FromEnv: KEDA takes ", key,
                   " from the metadata alone, so this turns nothing on; write ", key, ": \"true\"");
    }
  }
}

// Whether KEDA speaks TLS to the scaler; empty: its TriggerAuthentication is not in the files.
std::optional<bool> SpeaksTls(const CheckedTrigger& trigger) {
  if (IsTrue(trigger, "enableTLS")) return true;
  if (!trigger.source->authentication) return false;
  const auto* authentication = trigger.Authentication();
  if (authentication == nullptr) return std::nullopt;
  return authentication->Has("caCert") ||
         (authentication->Has("tlsClientCert") && authentication->Has("tlsClientKey"));
}

void MixedTls(const CheckedObject& object, Findings& findings) {
  struct Seen {
    bool tls;
    int line;
  };
  std::map<std::string_view, Seen> first;
  for (const CheckedTrigger& trigger : object.triggers) {
    const auto address = trigger.Value("scalerAddress");
    const std::optional<bool> tls = SpeaksTls(trigger);
    if (!address || !tls) continue;
    const int line = trigger.LineOf("scalerAddress");
    const Seen& seen = first.emplace(*address, Seen{*tls, line}).first->second;
    if (seen.tls == *tls) continue;
    findings.Add(line, "KEDA speaks ", *tls ? "TLS" : "plaintext", " to ",
                 base::QuotedStart(*address), ", and ", seen.tls ? "TLS" : "plaintext",
                 " for the trigger of line ", seen.line,
                 ": a port speaks one of them, so one of the two fails; give both the same "
                 "authenticationRef");
  }
}

constexpr RuleRow kRows[] = {
    {"tls-in-metadata", Severity::kError, "Certificates in the metadata",
     "KEDA 2.21 reads caCert, tlsClientCert and tlsClientKey from a TriggerAuthentication alone; "
     "in the metadata they turn nothing on, and a key would be sent to the scaler in plaintext. "
     "tlsCertFile is of older versions.",
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
     "of its operator's --ca-dir. A scaler's certificate is mostly of neither. A mismatch shows "
     "only as `no metric specs returned`.",
     "`caCert` in a TriggerAuthentication, which turns TLS on by itself.", nullptr,
     SystemAuthorities},
    {"tls-value", Severity::kError, "`enableTLS` or `unsafeSsl` that is neither true nor false",
     "KEDA reads both as JSON does, from the trigger's metadata alone: `yes`, `on`, `True` and `1` "
     "are errors, shown as `no metric specs returned`; `enableTLSFromEnv` does nothing.",
     "`enableTLS: \"true\"`.", nullptr, FlagValue},
    {"tls-mixed", Severity::kError, "Triggers of one address, with TLS and without",
     "The scaler's port speaks TLS or plaintext. Of two triggers that are told different things of "
     "one address one fails at each poll.",
     "Give both the same `authenticationRef`, or neither.", MixedTls},
};

}  // namespace

std::span<const RuleRow> TlsRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
