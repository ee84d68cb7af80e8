// What goes wrong in a scenario, and when.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "base/time.h"
#include "catalog/metrics.h"

namespace gpuscaler::sources {

enum class FaultKind : uint8_t { kLost, kUnsupported, kFailed, kDriverGone, kHang, kSlow };

struct Fault {
  FaultKind kind = FaultKind::kLost;
  base::Duration begin = {};
  base::Duration end = {};                // exclusive
  std::optional<uint32_t> gpu;            // its index; empty: all
  std::optional<catalog::Lane> lane;      // of hang and slow; empty: all
  std::optional<catalog::Metric> metric;  // of unsupported and failed
  base::Duration delay = {};              // of slow
  absl::Status status;                    // what the read reports; OK: nothing

  bool ActiveAt(base::Duration t) const { return t >= begin && t < end; }
  bool Hits(uint32_t index) const { return !gpu.has_value() || *gpu == index; }
  bool Hits(catalog::Lane read) const { return !lane.has_value() || *lane == read; }
};

// How a scenario spells a fault: its name and its keys besides `kind`, `at`
// and `for`.
struct FaultRow {
  FaultKind kind;
  std::string_view name;
  std::span<const std::string_view> required;
  std::span<const std::string_view> optional;
};
std::span<const FaultRow> FaultRows();

}  // namespace gpuscaler::sources
