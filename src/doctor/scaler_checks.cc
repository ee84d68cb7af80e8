// A scaler that runs: its health, its readiness, and what KEDA would read.
#include <grpcpp/security/credentials.h>

#include <string>

#include "base/strings.h"
#include "doctor/checks.h"
#include "doctor/scaler_at.h"
#include "doctor/socket.h"
#include "doctor/tls_handshake.h"
#include "rpc/client_credentials.h"
#include "scaling/number.h"

namespace gpuscaler::doctor {
namespace {

std::string AddressText(const Subject& subject) {
  return base::StrCat(subject.host, ":", subject.asked_port);
}

Finding NobodyThere(const Subject& subject, const absl::Status& why) {
  if (!subject.must_run) {
    return Skipped(
        base::StrCat("none runs at ", AddressText(subject), " (--address names another)"));
  }
  return NotOk(base::StrCat("none at ", AddressText(subject), ": ", base::Message(why)),
               "start it, or mend --address");
}

std::string TriggerName(const manifests::ScaledObject& object, size_t place) {
  return base::StrCat(object.object_namespace, "/", object.name, ", external trigger ", place);
}

// As KEDA does: the spec, the value and the activity; then the stream of a push trigger.
Finding View(keda::KedaClient& client, const manifests::ScaledObject& object, size_t place) {
  const manifests::ScaledObjectTrigger& trigger = object.triggers[place];
  const std::string name = TriggerName(object, place);
  const char* const mend =
      "what the scaler says is what KEDA logs; explain and lint say more of the trigger";
  const auto spec = client.GetMetricSpec(object, trigger);
  if (!spec.ok()) {
    return NotOk(
        base::StrCat(name, ": GetMetricSpec: ", absl::StatusCodeToString(spec.status().code()),
                     ": ", base::Message(spec.status()), " (KEDA makes no HPA)"),
        mend);
  }
  const auto answer = client.Poll(object, trigger, spec->metric_name);
  if (!answer.ok()) {
    return NotOk(base::StrCat(name, ": GetMetrics, IsActive: ",
                              absl::StatusCodeToString(answer.status().code()), ": ",
                              base::Message(answer.status())),
                 mend);
  }
  std::string what = base::StrCat(
      name, ": ", spec->metric_name, " is ", scaling::NumberText(answer->value), ", target ",
      scaling::NumberText(spec->target), ", ", answer->active ? "active" : "inactive");
  if (trigger.type != "external-push") return Ok(std::move(what));
  const auto pushed = client.FirstPush(object, trigger);
  if (!pushed.ok()) {
    return NotOk(
        base::StrCat(what, "; StreamIsActive: ", absl::StatusCodeToString(pushed.status().code()),
                     ": ", base::Message(pushed.status())),
        "an external-push trigger wakes a workload by this stream only at once, by the poll "
        "after pollingInterval");
  }
  return Ok(base::StrCat(what, ", pushed ", *pushed ? "active" : "inactive"));
}

}  // namespace

absl::Status Listens(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (subject.asked_port == 0) return absl::UnavailableError("its port is off");
  const auto addresses = Lookup(subject.host, subject.asked_port);
  if (!addresses.ok()) return addresses.status();
  absl::Status why = absl::UnavailableError("it has no address");
  for (const SocketAddress& address : *addresses) {
    const auto connection = Connect(address, base::Now() + examined.subject.patience / 4);
    if (connection.ok()) return absl::OkStatus();
    why = connection.status();
  }
  return why;
}

absl::StatusOr<std::unique_ptr<keda::KedaClient>> ClientOf(const Examined& examined) {
  const Subject& subject = examined.subject;
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!subject.client.authorities.empty()) {
    auto tls = rpc::TlsClientCredentials(subject.client);
    if (!tls.ok()) return tls.status();
    credentials = *std::move(tls);
  }
  return std::make_unique<keda::KedaClient>(AddressText(subject), credentials, subject.server_name);
}

Findings CheckScaler(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (absl::Status listens = Listens(examined); !listens.ok()) {
    return {NobodyThere(subject, listens)};
  }
  if (!subject.client.authorities.empty()) {
    const auto addresses = Lookup(subject.host, subject.asked_port);
    if (!addresses.ok()) return {NobodyThere(subject, addresses.status())};
    const auto connection = Connect(addresses->front(), examined.deadline);
    if (!connection.ok()) return {NobodyThere(subject, connection.status())};
    const absl::Status shaken =
        TlsHandshake(connection->get(), subject.client,
                     subject.server_name.empty() ? subject.host : subject.server_name,
                     base::Now() + subject.patience / 2);
    if (!shaken.ok()) {
      return {
          NotOk(base::StrCat(AddressText(subject), ": ", base::Message(shaken)),
                "--tls-ca must be the authority of the scaler's --tls-cert, which must be for the "
                "host of --address or --tls-server-name; --client-cert must come from its "
                "--tls-client-ca")};
    }
  }
  const auto client = ClientOf(examined);
  if (!client.ok()) return {NotOk(std::string(base::Message(client.status())), "mend the files")};
  const absl::Status health = (*client)->Health();
  if (health.ok()) return {Ok(base::StrCat(AddressText(subject), " is SERVING"))};
  return {NotOk(base::StrCat(AddressText(subject), ": health: ", base::Message(health)),
                subject.client.authorities.empty()
                    ? "see readiness; where it serves TLS give --tls-ca"
                    : "see readiness")};
}

Findings CheckReadiness(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (subject.probe_port == 0) return {Skipped("--probe-port is 0")};
  const auto addresses = Lookup(subject.host, subject.probe_port);
  if (!addresses.ok()) return {Skipped(std::string(base::Message(addresses.status())))};
  const auto answer = HttpGet(addresses->front(), "/readyz", examined.deadline);
  if (!answer.ok()) {
    return {Skipped(base::StrCat("no /readyz at ", addresses->front().text))};
  }
  std::string body = answer->body.substr(0, answer->body.find('\n'));
  const std::string what = base::StrCat("/readyz at ", addresses->front().text, ": ", answer->code,
                                        body.empty() ? "" : ": ", body);
  if (answer->code == 200) return {Ok(what)};
  return {NotOk(what,
                "Kubernetes sends KEDA elsewhere until it is ready; the text says why it is not")};
}

Findings CheckKedasView(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (subject.objects.empty()) return {Skipped("--scaled-object is not given")};
  if (absl::Status listens = Listens(examined); !listens.ok()) {
    return {NobodyThere(subject, listens)};
  }
  const auto client = ClientOf(examined);
  if (!client.ok()) return {NotOk(std::string(base::Message(client.status())), "mend the files")};
  Findings findings;
  for (const manifests::ScaledObject& object : subject.objects) {
    for (size_t i = 0; i < object.triggers.size(); ++i) {
      findings.push_back(View(**client, object, i));
    }
  }
  return findings;
}

}  // namespace gpuscaler::doctor
