#include "fleet/reported_holders.h"

#include <chrono>
#include <tuple>
#include <utility>

#include "telemetry/ownership_codec.h"

namespace gpuscaler::fleet {
namespace {

namespace v1 = telemetry::v1;
using telemetry::Snapshot;

// A node that finds a kubelet says so with its first or second report.
constexpr base::Duration kListingPatience = std::chrono::minutes(1);

// What `earlier` knew of its pods and `ownership` does not: since when they are
// there, and that they have worked.
void Remember(const Snapshot& earlier, telemetry::Ownership& ownership,
              std::vector<bool>& pods_worked) {
  const auto name = [](const telemetry::Pod& pod) { return std::tie(pod.pod_namespace, pod.name); };
  const std::vector<telemetry::Pod>& known = earlier.ownership->pods;
  size_t place = 0;  // both ascend
  for (size_t i = 0; i < ownership.pods.size(); ++i) {
    telemetry::Pod& pod = ownership.pods[i];
    while (place < known.size() && name(known[place]) < name(pod)) ++place;
    if (place == known.size()) return;
    if (name(known[place]) != name(pod) || pod.appeared_at) continue;
    pod.appeared_at = known[place].appeared_at;
    if (earlier.pods_worked[place]) pods_worked[i] = true;
  }
}

}  // namespace

ReportedHolders::ReportedHolders(std::shared_ptr<const Snapshot> previous) {
  if (previous == nullptr || previous->ownership == nullptr) return;
  ownership_ = previous->ownership;
  pods_worked_ = previous->pods_worked;
  previous_ = std::move(previous);
}

absl::Status ReportedHolders::Read(const v1::NodeReport& report, base::SteadyTime now) {
  if (!first_at_) first_at_ = now;
  if (report.has_pod_listing()) return ReadListing(report.pod_listing(), now);
  if (previous_ != nullptr && now - *first_at_ > kListingPatience) {
    previous_.reset();
    ownership_.reset();
    pods_worked_.clear();
  }
  if (!report.has_listing_age_ms() || previous_ != nullptr || ownership_ == nullptr) {
    return absl::OkStatus();
  }
  auto newer = std::make_shared<telemetry::Ownership>(*ownership_);
  newer->listed_at = now - std::chrono::milliseconds(report.listing_age_ms());
  ownership_ = std::move(newer);
  return absl::OkStatus();
}

absl::Status ReportedHolders::ReadListing(const v1::PodListing& listing, base::SteadyTime now) {
  // Not told yet on this stream: the earlier one's word holds, and ages.
  if (previous_ != nullptr && !listing.has_age_seconds()) return absl::OkStatus();
  Snapshot read;
  if (absl::Status status = telemetry::ReadPodListing(listing, now, read); !status.ok()) {
    return status;
  }
  pods_worked_ = std::move(read.pods_worked);
  ownership_ = std::move(read.ownership);
  if (previous_ != nullptr) {
    auto fuller = std::make_shared<telemetry::Ownership>(*ownership_);
    Remember(*previous_, *fuller, pods_worked_);
    ownership_ = std::move(fuller);
    previous_.reset();
  }
  return absl::OkStatus();
}

}  // namespace gpuscaler::fleet
