#include "scaling/fault.h"

#include "absl/strings/cord.h"

namespace gpuscaler::scaling {
namespace {

// Under which a status keeps the kind, a byte, and the key.
constexpr char kPayload[] = "gpuscaler.scaling.Fault";

}  // namespace

absl::Status Refuse(FaultKind kind, std::string_view key, const std::string& message) {
  absl::Status status = absl::InvalidArgumentError(message);
  std::string payload(1, static_cast<char>(kind));
  payload += key;
  status.SetPayload(kPayload, absl::Cord(payload));
  return status;
}

Fault FaultOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload || payload->empty()) return {};
  const std::string text(*payload);
  return {static_cast<FaultKind>(text.front()), text.substr(1)};
}

}  // namespace gpuscaler::scaling
