#include "fleet/report_texts.h"

#include "base/strings.h"

namespace gpuscaler::fleet {
namespace {

namespace v1 = telemetry::v1;

absl::Status TooLong(const std::string& node, const std::string& field, size_t bytes,
                     size_t longest) {
  return absl::InvalidArgumentError(base::StrCat("node ", node, ": ", field, " has ", bytes,
                                                 " bytes; allowed are at most ", longest));
}

std::string Of(const v1::GpuFacts& gpu, std::string_view field) {
  return base::StrCat("GPU ", gpu.index(), ": ", field);
}

}  // namespace

absl::Status CheckTexts(const std::string& node, const v1::NodeReport& report) {
  for (const v1::GpuFacts& gpu : report.gpus().gpus()) {
    if (gpu.uuid().size() > kLongestUuid) {
      return TooLong(node, Of(gpu, "uuid"), gpu.uuid().size(), kLongestUuid);
    }
    if (gpu.name().size() > kLongestGpuName) {
      return TooLong(node, Of(gpu, "name"), gpu.name().size(), kLongestGpuName);
    }
    if (gpu.pci_bus_id().size() > kLongestPciBusId) {
      return TooLong(node, Of(gpu, "pci_bus_id"), gpu.pci_bus_id().size(), kLongestPciBusId);
    }
  }
  for (const v1::Pod& pod : report.pod_listing().pods()) {
    if (pod.namespace_().size() > kLongestObjectName) {
      return TooLong(node, "a pod's namespace", pod.namespace_().size(), kLongestObjectName);
    }
    if (pod.name().size() > kLongestObjectName) {
      return TooLong(node, "a pod's name", pod.name().size(), kLongestObjectName);
    }
    for (const std::string& uuid : pod.gpu_uuids()) {
      // One that the node could not tell has its device's name there.
      if (uuid.size() <= kLongestDevice) continue;
      return TooLong(node,
                     base::StrCat("pod ", pod.namespace_(), "/", pod.name(), ": a GPU's uuid"),
                     uuid.size(), kLongestDevice);
    }
  }
  return absl::OkStatus();
}

absl::Status ReportedFailures::Status(const std::string& text) {
  if (text.empty()) return absl::OkStatus();
  const std::string_view kept = std::string_view(text).substr(0, kLongest);
  if (const auto known = known_.find(kept); known != known_.end()) return known->second;
  if (bytes_ + kept.size() > kMostBytes) {
    if (rest_.ok()) {
      rest_ = absl::UnavailableError(
          base::StrCat("not told: its node tells of failures in more than ", kMostBytes, " bytes"));
    }
    return rest_;
  }
  bytes_ += kept.size();
  return known_.emplace(kept, absl::UnavailableError(base::ToAbsl(kept))).first->second;
}

}  // namespace gpuscaler::fleet
