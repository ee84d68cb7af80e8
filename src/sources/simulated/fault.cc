#include "sources/simulated/fault.h"

namespace gpuscaler::sources {
namespace {

constexpr std::string_view kGpu[] = {"gpu"};
constexpr std::string_view kMetric[] = {"metric"};
constexpr std::string_view kLane[] = {"lane"};
constexpr std::string_view kDelay[] = {"delay"};
constexpr FaultRow kRows[] = {{FaultKind::kLost, "lost", {}, kGpu},
                              {FaultKind::kUnsupported, "unsupported", kMetric, kGpu},
                              {FaultKind::kFailed, "failed", kMetric, kGpu},
                              {FaultKind::kDriverGone, "driver_gone", {}, {}},
                              {FaultKind::kHang, "hang", {}, kLane},
                              {FaultKind::kSlow, "slow", kDelay, kLane}};

}  // namespace

std::span<const FaultRow> FaultRows() {
  return kRows;
}

}  // namespace gpuscaler::sources
