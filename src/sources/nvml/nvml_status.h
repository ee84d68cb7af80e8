// NVML's return codes as statuses: the one place where they are translated.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "sources/nvml/nvml_abi.h"

namespace gpuscaler::sources::nvml {

// What a code means for the reading that was asked for.
enum class Consequence : uint8_t {
  kNone,        // success
  kAbsent,      // this driver or GPU does not have the quantity
  kForbidden,   // nor may this container read it
  kFailed,      // this attempt failed; the next may not
  kGpuDown,     // nothing of this GPU can be read
  kDriverGone,  // nothing at all, until the driver is initialized anew
};

struct ReturnRow {
  Return code;
  std::string_view name;     // NVML's, without NVML_ERROR_
  std::string_view meaning;  // and what to do about it, where something can be done
  absl::StatusCode status;
  Consequence consequence;
};

// Of a code that is not in the table: the row of UNKNOWN, but for its name.
const ReturnRow& Row(Return code);

inline Consequence ConsequenceOf(Return code) {
  return code == Return::kSuccess ? Consequence::kNone : Row(code).consequence;
}

// "nvmlInit_v2 failed with 9 (DRIVER_NOT_LOADED): ..."; `about`, such as
// " of GPU 3", follows the function's name.
absl::Status ToStatus(std::string_view function, Return code, std::string_view about = {});

}  // namespace gpuscaler::sources::nvml
