// Why metadata is refused, for those who do more with that than show it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/strings.h"

namespace gpuscaler::scaling {

enum class FaultKind : uint8_t {
  kUnknownKey,  // of nobody
  kValue,       // wrong by itself, whatever the other keys say
  kReach,       // a target or threshold that the metric never reaches
  kTogether,    // keys that do not go together, or one that is missing; anything else
};

struct Fault {
  FaultKind kind = FaultKind::kTogether;
  std::string key;  // whose it is; empty: of none alone
};

// INVALID_ARGUMENT with `message`, which knows its fault.
absl::Status Refuse(FaultKind kind, std::string_view key, const std::string& message);
// kTogether. The message begins with the key.
template <class... Pieces>
absl::Status AtOdds(std::string_view key, const Pieces&... rest) {
  return Refuse(FaultKind::kTogether, key, base::StrCat(key, rest...));
}

// Of a status of ParseTrigger's that is not OK.
Fault FaultOf(const absl::Status& status);

}  // namespace gpuscaler::scaling
