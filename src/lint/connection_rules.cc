// Whether KEDA can reach the scaler. What KEDA makes of these fields is in its
// pkg/scalers/external_scaler.go.
#include <charconv>
#include <system_error>

#include "base/json_quote.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

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
  if (trigger.Has("scalerAddress") && !trigger.source->metadata.contains("scalerAddress")) {
    findings.Add(
        trigger.LineOf("scalerAddress"),
        "scalerAddressFromEnv: KEDA takes scalerAddress from the metadata alone, and makes "
        "no HPA without it; write scalerAddress: keda-gpu-scaler.NAMESPACE:6000");
    return;
  }
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

void OfAJob(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.object->object->is_job) return;
  findings.Add(
      trigger.source->places.LineOf("type"), "a ScaledJob: KEDA polls it",
      trigger.source->type == "external-push" ? ", for external-push does not support it" : "",
      ", and starts a Job for each target's worth of the value; besides what KEDA refuses, the "
      "metadata, the address and TLS of its trigger are checked");
}

constexpr RuleRow kRows[] = {
    {"scaler-address", Severity::kError, "An address that KEDA cannot dial",
     "KEDA hands scalerAddress to gRPC: HOST:PORT, without http://. Without a port gRPC dials 443. "
     "KEDA shows it only as `no metric specs returned`.",
     "`scalerAddress: keda-gpu-scaler.keda:6000`, the Service's name, its namespace and its port.",
     nullptr, ScalerAddress},
    {"scaled-job", Severity::kInfo, "A trigger of a ScaledJob",
     "KEDA's external-push supports ScaledObjects alone: a ScaledJob is polled every "
     "pollingInterval. There is no HPA, so what this page says of HPA and of replicas does not "
     "apply: of a ScaledJob's triggers the metadata, the address and TLS are checked.",
     "Nothing, if polling is quick enough; `# keda-gpu-scaler:ignore scaled-job` says so.", nullptr,
     OfAJob},
};

}  // namespace

std::span<const RuleRow> ConnectionRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
