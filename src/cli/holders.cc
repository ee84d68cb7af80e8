#include "cli/holders.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "podresources.pb.h"
#include "sources/sampler.h"
#include "workloads/listing.h"

namespace gpuscaler::cli {
namespace {

constexpr base::Duration kPatience = std::chrono::seconds(2);

}  // namespace

Holders::Holders(const std::string& socket, workloads::CdiSpecs specs) : specs_(std::move(specs)) {
  if (!socket.empty() && access(socket.c_str(), F_OK) == 0) kubelet_.emplace(socket);
}

absl::Status Holders::Ask(telemetry::Snapshot& snapshot) {
  if (!kubelet_) return absl::OkStatus();
  workloads::Identities gpus;
  for (const telemetry::GpuSnapshot& gpu : snapshot.gpus) gpus.push_back(gpu.identity);
  const auto response = kubelet_->List(kPatience);
  using Answer = absl::StatusOr<workloads::Listing>;
  const workloads::CdiDevices none;
  const Answer listing =
      response.ok()
          ? workloads::ReadListing(**response, {}, {},
                                   workloads::HasClaims(**response) ? specs_.Read() : none)
          : Answer(response.status());
  const base::SteadyTime now = base::Now();
  snapshot = sources::FoldOwnership(snapshot, ledger_.Enter(listing, gpus, now), now,
                                    std::chrono::system_clock::now());
  return listing.status();
}

std::string HoldersOf(const telemetry::Snapshot& snapshot, const telemetry::GpuSnapshot& gpu) {
  std::string names;
  for (const telemetry::Pod& pod : snapshot.ownership->pods) {
    if (std::find(pod.gpus.begin(), pod.gpus.end(), gpu.identity->uuid) == pod.gpus.end()) continue;
    base::AppendItem(&names, base::StrCat(pod.pod_namespace, "/", pod.name));
  }
  return names.empty() ? "-" : names;
}

}  // namespace gpuscaler::cli
