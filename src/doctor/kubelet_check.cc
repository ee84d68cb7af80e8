// The kubelet's PodResources socket.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "doctor/checks.h"
#include "podresources.pb.h"
#include "workloads/cdi_specs.h"
#include "workloads/kubelet_client.h"
#include "workloads/listing.h"

namespace gpuscaler::doctor {
namespace {

constexpr base::Duration kPatience = std::chrono::seconds(1);
constexpr const char* kMount =
    "mount the host's folder of the socket (hostPath /var/lib/kubelet/pod-resources, readOnly) "
    "into "
    "the pod; without it triggers with `workload` get an error";

Findings FromListing(const workloads::Listing& listing) {
  std::set<std::pair<std::string, std::string>> pods;
  for (const workloads::Holding& holding : listing.holdings) {
    pods.emplace(holding.pod_namespace, holding.pod);
  }
  Findings findings = {Ok(base::StrCat("List answered: ", pods.size(), " pods hold ",
                                       listing.holdings.size(), " GPUs"))};
  for (const std::string& id : listing.unknown_ids) {
    findings.push_back(Warn(base::StrCat("the device id ", id, " names no whole GPU"),
                            "MIG instances are not read by this version; their pods count as "
                            "missing replicas"));
  }
  for (const std::string& resource : listing.skipped_resources) {
    findings.push_back(Warn(base::StrCat("the resource ", resource, " is not taken for GPUs"),
                            base::StrCat("if it means GPUs say --gpu-resource=", resource)));
  }
  return findings;
}

}  // namespace

Findings CheckKubelet(const Examined& examined) {
  const std::string& socket = examined.subject.pod_resources_socket;
  if (!examined.subject.is_node) return {Skipped("a gateway asks no kubelet")};
  if (socket.empty()) return {Skipped("--pod-resources-socket is empty: nobody is asked")};
  struct stat status = {};
  if (stat(socket.c_str(), &status) != 0) {
    return {Warn(base::StrCat(socket, ": ", std::strerror(errno)), kMount)};
  }
  if (!S_ISSOCK(status.st_mode)) {
    return {NotOk(base::StrCat(socket, " is no socket"),
                  "remove what is there (a hostPath of a file that did not exist makes a folder), "
                  "and mount the folder that the socket is in")};
  }
  if (access(socket.c_str(), R_OK | W_OK) != 0) {
    return {NotOk(
        base::StrCat(socket, " cannot be opened by user ", geteuid(), ": ", std::strerror(errno)),
        "run as root (runAsUser: 0) without further privileges: the kubelet's socket is "
        "root's")};
  }
  const auto response = workloads::KubeletClient(socket).List(kPatience);
  if (!response.ok()) {
    return {
        NotOk(std::string(base::Message(response.status())),
              "look whether the kubelet runs, and whether the socket is of the one that does: a "
              "mounted file, other than its folder, does not follow a restart")};
  }
  workloads::CdiSpecs specs(examined.subject.cdi_spec_dirs);
  const auto listing = workloads::ReadListing(
      **response, examined.subject.gpu_resources, {},
      workloads::HasClaims(**response) ? specs.Read() : workloads::CdiDevices());
  if (!listing.ok()) {
    return {NotOk(std::string(base::Message(listing.status())),
                  "wait: a kubelet that has just started knows no pods yet")};
  }
  Findings findings = FromListing(*listing);
  for (const std::string& problem : specs.TakeProblems()) {
    findings.push_back(Warn(problem,
                            "mend the CDI spec; until then the device gpu-N of a claim is "
                            "taken for /dev/nvidiaN"));
  }
  return findings;
}

}  // namespace gpuscaler::doctor
