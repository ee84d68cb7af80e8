// How much text a node's report may carry: a gateway keeps what thousands of nodes
// say, and none may take the memory of the others.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "telemetry.pb.h"

namespace gpuscaler::fleet {

inline constexpr size_t kLongestObjectName = 253;  // of anything in Kubernetes
inline constexpr size_t kLongestUuid = 96;         // NVML_DEVICE_UUID_V2_BUFFER_SIZE
inline constexpr size_t kLongestGpuName = 256;     // NVML's have 96, AMD SMI's 256
inline constexpr size_t kLongestDevice = 512;      // "POOL/DEVICE" of a claim
inline constexpr size_t kLongestPciBusId = 32;     // NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE

// INVALID_ARGUMENT naming the node, the field, its size and what is allowed. What
// tells of failures is not looked at: see ReportedFailures.
absl::Status CheckTexts(const std::string& node, const telemetry::v1::NodeReport& report);

// What a report tells of failures. Equal ones are kept once, long ones are cut, and
// where they differ more than any driver's would, the rest is not kept: a node that
// can read nothing must still be heard. For one report, which must outlive it.
class ReportedFailures {
 public:
  static constexpr size_t kLongest = 1024;
  static constexpr size_t kMostBytes = 64 * size_t{1024};  // of all together

  // OK: `text` is empty.
  absl::Status Status(const std::string& text);

 private:
  std::map<std::string_view, absl::Status> known_;
  absl::Status rest_;  // of those that are not kept
  size_t bytes_ = 0;
};

}  // namespace gpuscaler::fleet
