#include "engines/exposition/series_room.h"

namespace gpuscaler::engines {

bool SeriesRoom::Share::Hold(size_t count) {
  if (count > held_) {
    if (!room_.Take(count - held_)) return false;
  } else {
    room_.Return(held_ - count);
  }
  held_ = count;
  return true;
}

bool SeriesRoom::Take(size_t count) {
  if (held_.fetch_add(count, std::memory_order_relaxed) + count <= most_ &&
      (whole_ == nullptr || whole_->Take(count))) {
    return true;
  }
  held_.fetch_sub(count, std::memory_order_relaxed);
  return false;
}

void SeriesRoom::Return(size_t count) {
  held_.fetch_sub(count, std::memory_order_relaxed);
  if (whole_ != nullptr) whole_->Return(count);
}

}  // namespace gpuscaler::engines
