// How many series may be remembered from one reading to the next: of one address, and of
// all. Pages that tenants name decide what there is to remember.
//
// Thread-safe: what is remembered is dropped by whoever looks at it last.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace gpuscaler::engines {

class SeriesRoom {
 public:
  // Of all addresses; a series takes up to 96 bytes, which makes 48 MB.
  static constexpr size_t kMost = 500'000;
  // Several counters of as many series as a reading may have (ExpositionReader::kMostSeries).
  static constexpr size_t kMostOfAnAddress = 40'000;

  // `whole`: what takes up room here takes it up there as well; nullptr: nowhere.
  explicit SeriesRoom(size_t most, std::shared_ptr<SeriesRoom> whole = nullptr)
      : most_(most), whole_(std::move(whole)) {}
  SeriesRoom(const SeriesRoom&) = delete;
  SeriesRoom& operator=(const SeriesRoom&) = delete;

  // What one holder takes up; nothing any more once it is gone.
  class Share {
   public:
    // `room` must outlive it.
    explicit Share(SeriesRoom& room) : room_(room) {}
    ~Share() { Hold(0); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // From now on `count` series. False: there is no room, and it holds what it held.
    bool Hold(size_t count);

   private:
    SeriesRoom& room_;
    size_t held_ = 0;
  };

  size_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  bool Take(size_t count);
  void Return(size_t count);

  const size_t most_;
  const std::shared_ptr<SeriesRoom> whole_;
  std::atomic<size_t> held_{0};
};

}  // namespace gpuscaler::engines
