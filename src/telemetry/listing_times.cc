#include "telemetry/listing_times.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::telemetry {
namespace {

constexpr size_t kBlock = 64;

}  // namespace

base::SteadyTime ToldAt(const Snapshot& node) {
  if (node.ownership == nullptr) return kAsksNobody;
  const base::SteadyTime listed_at = node.ownership->listed_at;
  return listed_at == base::SteadyTime() ? kNeverTold : listed_at;
}

ListingTimes::ListingTimes(std::vector<base::SteadyTime> times) : times_(std::move(times)) {
  oldest_.reserve((times_.size() + kBlock - 1) / kBlock);
  for (size_t i = 0; i < times_.size(); ++i) {
    anybody_asks_ = anybody_asks_ || times_[i] != kAsksNobody;
    if (i % kBlock == 0) {
      oldest_.push_back(times_[i]);
    } else {
      oldest_.back() = std::min(oldest_.back(), times_[i]);
    }
  }
}

ListingTimes::Untold ListingTimes::UntoldSince(base::SteadyTime since, size_t most) const {
  Untold untold;
  for (size_t block = 0; block < oldest_.size(); ++block) {
    if (oldest_[block] >= since) continue;
    const size_t end = std::min((block + 1) * kBlock, times_.size());
    for (size_t place = block * kBlock; place < end; ++place) {
      if (times_[place] >= since) continue;
      if (untold.count++ < most) untold.first.push_back(place);
    }
  }
  return untold;
}

}  // namespace gpuscaler::telemetry
