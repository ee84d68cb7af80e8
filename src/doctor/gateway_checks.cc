// The gateways that a node reports to.
#include <algorithm>
#include <string>
#include <utility>

#include "base/strings.h"
#include "doctor/checks.h"
#include "doctor/socket.h"
#include "doctor/tls_handshake.h"
#include "fleet/gateway_names.h"

namespace gpuscaler::doctor {
namespace {

// Those behind one name are few.
constexpr size_t kMostShown = 16;

Finding OfAddress(const Examined& examined, const SocketAddress& address, const std::string& host) {
  // Each gets a share of the time, so that one that drops packets does not hide others.
  const base::SteadyTime deadline =
      std::min(examined.deadline, base::Now() + examined.subject.patience / 4);
  const auto connection = Connect(address, deadline);
  if (!connection.ok()) {
    return NotOk(std::string(base::Message(connection.status())),
                 "look whether a gateway listens there (--report-port) and whether a NetworkPolicy "
                 "lets nodes reach it");
  }
  const rpc::CertificateFiles& tls = examined.subject.report_tls;
  if (tls.authorities.empty()) return Ok(base::StrCat(address.text, " can be reached, plaintext"));
  const absl::Status shaken = TlsHandshake(connection->get(), tls, host, examined.deadline);
  if (shaken.ok()) return Ok(base::StrCat(address.text, " can be reached, TLS as ", host));
  return NotOk(
      base::StrCat(address.text, ": ", base::Message(shaken)),
      "--report-ca must be the authority of the gateways' --tls-cert, which must be for the "
      "name in --report-to; --report-cert must come from their --report-client-ca");
}

Findings OfName(const Examined& examined, const fleet::GatewayName& name) {
  const auto addresses = Lookup(name.host, name.port);
  if (!addresses.ok()) {
    return {
        NotOk(std::string(base::Message(addresses.status())),
              "it must be the name of a headless Service that publishes addresses which are not "
              "ready, in the pod's own cluster domain: NAME.NAMESPACE.svc")};
  }
  Findings findings = {Ok(base::StrCat(name.host, " has ", addresses->size(), " addresses"))};
  for (size_t i = 0; i < std::min(addresses->size(), kMostShown); ++i) {
    findings.push_back(OfAddress(examined, (*addresses)[i], name.host));
  }
  return findings;
}

}  // namespace

Findings CheckGateways(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (!subject.is_node || subject.report_to.empty()) return {Skipped("--report-to is not given")};
  const auto names = fleet::ParseGatewayNames(subject.report_to);
  if (!names.ok()) {
    return {NotOk(base::StrCat("--report-to: ", base::Message(names.status())), "mend the flag")};
  }
  Findings findings;
  for (const fleet::GatewayName& name : *names) {
    for (Finding& finding : OfName(examined, name)) findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace gpuscaler::doctor
