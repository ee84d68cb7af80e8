// What a call came back with.
#pragma once

#include <gmock/gmock.h>

#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "base/strings.h"

namespace gpuscaler::e2e {

// An absl::StatusOr that failed with `code` and a message that holds `text`.
MATCHER_P2(FailsWith, code, text, "") {
  *result_listener << arg.status().ToString();
  return arg.status().code() == code &&
         std::string(base::Message(arg.status())).find(text) != std::string::npos;
}

// An absl::StatusOr that holds `value`.
MATCHER_P(Holds, value, "") {
  *result_listener << arg.status().ToString();
  return arg.ok() && *arg == value;
}

}  // namespace gpuscaler::e2e
