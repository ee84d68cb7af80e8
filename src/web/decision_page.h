// /api/v1/decisions: what KEDA asked and was answered, a page at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "api.pb.h"
#include "serving/decisions.h"
#include "web/name_filter.h"
#include "web/page_time.h"

namespace gpuscaler::web {

struct DecisionQuestion {
  std::string object_namespace;  // empty: all
  std::string name;              // with a namespace: the triggers of one ScaledObject, explained
  std::optional<uint32_t> replicas;
  std::string after;  // "namespace/name#number"; empty: from the first
  size_t limit = 100;
  NameFilter filter = {};  // of "namespace/name"
};

using Explain = std::function<decision::v1::Decision(const decision::v1::ExplainRequest&)>;

// INVALID_ARGUMENT: `after` is no place.
absl::StatusOr<api::v1::DecisionPage> MakeDecisionPage(serving::Decisions& decisions,
                                                       const DecisionQuestion& question,
                                                       const Explain& explain,
                                                       const PageTime& time);

}  // namespace gpuscaler::web
