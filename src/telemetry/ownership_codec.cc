#include "telemetry/ownership_codec.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"

namespace gpuscaler::telemetry {
namespace {

constexpr size_t kLongestError = 1024;           // it is told to whoever asks for a workload
constexpr double kOldest = 10 * 365.25 * 86400;  // seconds

double AgeAt(base::SteadyTime now, base::SteadyTime then) {
  return std::max(base::ToSeconds(now - then), 0.0);
}

absl::StatusOr<base::SteadyTime> TimeOf(double age_seconds, base::SteadyTime taken_at) {
  if (!(age_seconds >= 0 && age_seconds <= kOldest)) {
    return absl::InvalidArgumentError(
        base::StrCat("an age cannot be ", age_seconds, " s; allowed is 0 to ten years"));
  }
  return taken_at -
         std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(age_seconds));
}

absl::StatusOr<Pod> ReadPod(const v1::Pod& message, base::SteadyTime taken_at) {
  if (message.name().empty()) return absl::InvalidArgumentError("a pod has no name");
  Pod pod = {message.namespace_(),
             message.name(),
             {},
             {message.gpu_uuids().begin(), message.gpu_uuids().end()}};
  std::sort(pod.gpus.begin(), pod.gpus.end());
  pod.gpus.erase(std::unique(pod.gpus.begin(), pod.gpus.end()), pod.gpus.end());
  if (message.has_age_seconds()) {
    const auto appeared_at = TimeOf(message.age_seconds(), taken_at);
    if (!appeared_at.ok()) return appeared_at.status();
    pod.appeared_at = *appeared_at;
  }
  return pod;
}

auto NameOf(const v1::Pod& pod) {
  return std::tie(pod.namespace_(), pod.name());
}

}  // namespace

v1::PodListing ToProto(const Snapshot& snapshot, const Ownership& ownership, base::SteadyTime now) {
  v1::PodListing listing;
  if (ownership.listed_at != base::SteadyTime()) {
    listing.set_age_seconds(AgeAt(now, ownership.listed_at));
  }
  listing.set_error(base::ToUtf8(base::Message(ownership.status)));
  for (size_t i = 0; i < ownership.pods.size(); ++i) {
    const Pod& pod = ownership.pods[i];
    v1::Pod& out = *listing.add_pods();
    out.set_namespace_(base::ToUtf8(pod.pod_namespace));
    out.set_name(base::ToUtf8(pod.name));
    for (const std::string& uuid : pod.gpus) out.add_gpu_uuids(base::ToUtf8(uuid));
    if (pod.appeared_at) {
      out.set_age_seconds(AgeAt(now, *pod.appeared_at));
    }
    out.set_worked(snapshot.pods_worked[i]);
  }
  return listing;
}

absl::Status ReadPodListing(const v1::PodListing& message, base::SteadyTime taken_at,
                            Snapshot& snapshot) {
  if (message.pods_size() > kMaxPods) {
    return absl::InvalidArgumentError(
        base::StrCat(message.pods_size(), " pods; allowed are at most ", kMaxPods));
  }
  const int holdings =
      std::accumulate(message.pods().begin(), message.pods().end(), 0,
                      [](int sum, const v1::Pod& pod) { return sum + pod.gpu_uuids_size(); });
  if (holdings > kMaxHoldings) {
    return absl::InvalidArgumentError(base::StrCat(
        "pods that hold ", holdings, " GPUs together; allowed are at most ", kMaxHoldings));
  }
  auto ownership = std::make_shared<Ownership>();
  if (message.has_age_seconds()) {
    const auto listed_at = TimeOf(message.age_seconds(), taken_at);
    if (!listed_at.ok()) return listed_at.status();
    ownership->listed_at = *listed_at;
  }
  if (!message.error().empty())
    ownership->status = absl::UnavailableError(message.error().substr(0, kLongestError));

  std::vector<const v1::Pod*> pods;
  for (const v1::Pod& pod : message.pods()) pods.push_back(&pod);
  std::sort(pods.begin(), pods.end(),
            [](const v1::Pod* a, const v1::Pod* b) { return NameOf(*a) < NameOf(*b); });
  snapshot.pods_worked.clear();
  for (size_t i = 0; i < pods.size(); ++i) {
    if (i > 0 && NameOf(*pods[i - 1]) == NameOf(*pods[i])) {
      return absl::InvalidArgumentError(
          base::StrCat("pod ", pods[i]->namespace_(), "/", pods[i]->name(), " is listed twice"));
    }
    auto pod = ReadPod(*pods[i], taken_at);
    if (!pod.ok()) return pod.status();
    if (pod->gpus.empty()) continue;  // it holds nothing
    ownership->pods.push_back(*std::move(pod));
    snapshot.pods_worked.push_back(pods[i]->worked());
  }
  snapshot.ownership = std::move(ownership);
  return absl::OkStatus();
}

}  // namespace gpuscaler::telemetry
