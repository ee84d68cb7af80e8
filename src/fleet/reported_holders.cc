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

// What is known of pods since earlier and `listing` does not say: since when they are there, and
// that they have worked.
void Remember(const telemetry::Ownership& earlier, const std::vector<bool>& earlier_worked,
              telemetry::Ownership& listing, std::vector<bool>& worked) {
  const auto name = [](const telemetry::Pod& pod) { return std::tie(pod.pod_namespace, pod.name); };
  size_t place = 0;  // both ascend
  for (size_t i = 0; i < listing.pods.size(); ++i) {
    telemetry::Pod& pod = listing.pods[i];
    while (place < earlier.pods.size() && name(earlier.pods[place]) < name(pod)) ++place;
    if (place == earlier.pods.size()) return;
    if (name(earlier.pods[place]) != name(pod) || pod.appeared_at) continue;
    pod.appeared_at = earlier.pods[place].appeared_at;
    if (earlier_worked[place]) worked[i] = true;
  }
}

}  // namespace

ReportedHolders::ReportedHolders(const std::shared_ptr<const Snapshot>& previous) {
  if (previous == nullptr || previous->ownership == nullptr) return;
  ownership_ = previous->ownership;
  pods_worked_ = previous->pods_worked;
  inherited_ = true;
}

absl::Status ReportedHolders::Read(const v1::NodeReport& report, base::SteadyTime now) {
  if (!first_at_) first_at_ = now;
  if (report.has_pod_listing()) return ReadListing(report.pod_listing(), now);
  if (inherited_ && now - *first_at_ > kListingPatience) {
    inherited_ = false;
    ownership_.reset();
    pods_worked_.clear();
  }
  if (!report.has_listing_age_ms() || inherited_ || ownership_ == nullptr) {
    return absl::OkStatus();
  }
  auto newer = std::make_shared<telemetry::Ownership>(*ownership_);
  newer->listed_at = now - std::chrono::milliseconds(report.listing_age_ms());
  ownership_ = std::move(newer);
  return absl::OkStatus();
}

absl::Status ReportedHolders::ReadListing(const v1::PodListing& listing, base::SteadyTime now) {
  // Not told yet on this stream: the earlier one's word holds, and ages.
  if (inherited_ && !listing.has_age_seconds()) return absl::OkStatus();
  Snapshot read;
  if (absl::Status status = telemetry::ReadPodListing(listing, now, read); !status.ok()) {
    return status;
  }
  if (ownership_ != nullptr) {
    auto fuller = std::make_shared<telemetry::Ownership>(*read.ownership);
    Remember(*ownership_, pods_worked_, *fuller, read.pods_worked);
    read.ownership = std::move(fuller);
  }
  pods_worked_ = std::move(read.pods_worked);
  ownership_ = std::move(read.ownership);
  inherited_ = false;
  return absl::OkStatus();
}

}  // namespace gpuscaler::fleet
