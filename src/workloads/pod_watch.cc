#include "workloads/pod_watch.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "podresources.pb.h"

namespace gpuscaler::workloads {
namespace {

constexpr base::Duration kCallPatience = std::chrono::seconds(5);
constexpr size_t kMostTold = 8;  // in a log line

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) base::AppendItem(&joined, text);
  return joined;
}

}  // namespace

PodWatch::PodWatch(Options options, std::function<Identities()> gpus,
                   std::function<void(std::shared_ptr<const telemetry::Ownership>)> publish)
    : options_(std::move(options)),
      gpus_(std::move(gpus)),
      publish_(std::move(publish)),
      client_(options_.socket),
      specs_(options_.cdi_directories),
      thread_("pods", options_.period, [this](base::SteadyTime) { Tick(); }) {}

void PodWatch::Tick() {
  if (!FindSocket()) return;
  const absl::StatusOr<Listing> listing = List();
  Report(listing);
  publish_(ledger_.Enter(listing, gpus_(), base::Now()));
}

absl::StatusOr<Listing> PodWatch::List() {
  const auto response = client_.List(kCallPatience);
  if (!response.ok()) return response.status();
  const CdiDevices none;
  return ReadListing(**response, options_.extra_resources, options_.own_pod,
                     HasClaims(**response) ? specs_.Read() : none);
}

// A socket that was there once is the kubelet's, which may be restarting.
bool PodWatch::FindSocket() {
  if (found_) return true;
  found_ = access(options_.socket.c_str(), F_OK) == 0;
  if (found_) {
    // Somebody is asked from here on: not known yet is not the same as nobody.
    auto first = std::make_shared<telemetry::Ownership>();
    first->status = absl::UnavailableError("the kubelet has not answered yet");
    publish_(std::move(first));
  } else if (!std::exchange(told_absent_, true)) {
    base::LogInfo("no PodResources socket: triggers with a workload cannot be answered",
                  {{"socket", options_.socket}, {"error", std::strerror(errno)}});
  }
  return found_;
}

// Changes only, as the sampler does.
void PodWatch::Report(const absl::StatusOr<Listing>& listing) {
  if (!listing.ok() && listing.status().code() != told_.code()) {
    base::LogWarn("cannot tell which pods hold the GPUs",
                  {{"socket", options_.socket}, {"error", base::Message(listing.status())}});
  } else if (listing.ok() && !told_.ok()) {
    base::LogInfo("the kubelet tells again which pods hold the GPUs",
                  {{"socket", options_.socket}});
  }
  told_ = listing.status();
  if (!listing.ok()) return;
  ReportUnread(*listing);
  ReportSpecs(*listing);
}

void PodWatch::ReportUnread(const Listing& listing) {
  if (!listing.unknown_ids.empty() && !std::exchange(told_unknown_, true)) {
    base::LogWarn("devices of GPU resources that name no whole GPU: their pods count as missing",
                  {{"ids", Joined(listing.unknown_ids)}});
  }
  if (!listing.skipped_resources.empty() && !std::exchange(told_skipped_, true)) {
    base::LogWarn("resources that are not taken for GPUs: name those that are by --gpu-resource",
                  {{"resources", Joined(listing.skipped_resources)}});
  }
}

void PodWatch::ReportSpecs(const Listing& listing) {
  std::vector<std::string> problems = specs_.TakeProblems();
  const size_t count = problems.size();
  problems.resize(std::min(count, kMostTold));
  if (count > 0) {
    base::LogWarn("CDI specs that cannot be used: the others count",
                  {{"specs", Joined(problems)}, {"count", count}});
  }
  if (options_.cdi_directories.empty() || listing.claims_without_spec.empty()) return;
  if (!std::exchange(told_no_spec_, true)) {
    base::LogInfo(
        "claims whose CDI devices are in no spec: the number in a device's name is taken for that "
        "of its /dev/nvidiaN",
        {{"devices", Joined(listing.claims_without_spec)},
         {"directories", Joined(options_.cdi_directories)}});
  }
}

}  // namespace gpuscaler::workloads
