#include "engines/exposition/signal_tracker.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "base/strings.h"
#include "engines/exposition/gauge_value.h"

namespace gpuscaler::engines {
namespace {

constexpr size_t kWaited = 0;
constexpr size_t kAnswered = 1;
constexpr size_t kWaiting = 2;

// Parts of the signal that are counters; they come first.
size_t CounterCount(const Signal& signal) {
  return signal.method == catalog::Method::kMeanWait ? kWaiting : 1;
}

// There, but no number that can be used.
bool IsUnusable(const PartReading& part) {
  return !part.status.ok() && !part.series.empty();
}

// Each series is finite, and their sum, or a growth in no time to speak of, may not be.
absl::StatusOr<double> Finite(const Signal& signal, absl::StatusOr<double> value) {
  if (!value.ok() || std::isfinite(*value)) return value;
  return absl::FailedPreconditionError(
      base::StrCat(signal.name, ": what its series come to is larger than any number can hold"));
}

double Total(const Growths& growths) {
  double total = 0;
  for (const auto& [group, growth] : growths) total += growth.amount;
  return total;
}

}  // namespace

SignalTracker::SignalTracker(const Signal& signal, SeriesRoom& room)
    : signal_(signal), standstill_share_(room) {
  if (signal_.method == catalog::Method::kGauge) return;
  for (size_t i = 0; i < CounterCount(signal_); ++i) counters_.emplace_back(room);
  series_.resize(counters_.size());
}

absl::StatusOr<double> SignalTracker::Update(const SignalReading& reading, base::SteadyTime now) {
  return Finite(signal_, signal_.method == catalog::Method::kGauge ? GaugeValue(signal_, reading)
                                                                   : Grown(reading, now));
}

absl::StatusOr<double> SignalTracker::Grown(const SignalReading& reading, base::SteadyTime now) {
  for (const PartReading& part : reading.parts) {
    if (IsUnusable(part)) return part.status;
  }
  if (scraped_ && now <= *scraped_) {
    return absl::UnavailableError(base::StrCat(signal_.name, ": no time has passed"));
  }
  bool comparable = false;
  const std::vector<Growths> growths = Grow(reading, now, comparable);
  if (growths.empty()) return NoRoom();
  const bool is_rate = signal_.method == catalog::Method::kRate;
  if (is_rate && comparable) recent_.Add(Total(growths[0]), now);
  if (is_rate && !comparable) recent_.Begin(now);
  if (!is_rate && !FollowStandstill(growths[kAnswered], reading.parts[kWaiting], now)) {
    return NoRoom();
  }
  for (size_t i = 0; i < counters_.size(); ++i) {
    if (!reading.parts[i].status.ok()) return reading.parts[i].status;
  }
  if (!comparable) {
    unanswered_wait_ = 0;
    return absl::UnavailableError(base::StrCat(
        signal_.name, " is growth between two scrapes, of which there is but one yet"));
  }
  if (is_rate) return signal_.scale * recent_.PerSecond();
  return MeanWait(growths, reading.parts[kWaiting], now);
}

std::vector<Growths> SignalTracker::Grow(const SignalReading& reading, base::SteadyTime now,
                                         bool& comparable) {
  comparable = scraped_ && now - *scraped_ <= kLongestGap;
  scraped_ = now;
  std::vector<Growths> growths;
  for (size_t i = 0; i < counters_.size(); ++i) {
    const PartReading& part = reading.parts[i];
    // Another candidate's counters have nothing to do with these.
    if (!series_[i].empty() && !part.series.empty() && part.series != series_[i]) {
      counters_[i].Forget();
      comparable = false;
    }
    if (!part.series.empty()) series_[i] = part.series;
    auto grown = counters_[i].Update(part.values, now);
    if (!grown) return {};
    growths.push_back(*std::move(grown));
  }
  return growths;
}

// What others need is not taken up by the half of a signal.
absl::Status SignalTracker::NoRoom() {
  for (CounterGrowth& counter : counters_) counter.Forget();
  recent_.Clear();
  standstill_since_.clear();
  standstill_share_.Hold(0);
  scraped_.reset();
  return absl::ResourceExhaustedError(
      base::StrCat(signal_.name,
                   ": no room to remember its series from one scrape to the next; there is room "
                   "for ",
                   SeriesRoom::kMostOfAnAddress, " of an address and ", SeriesRoom::kMost,
                   " of all; select fewer by their labels"));
}

bool SignalTracker::FollowStandstill(const Growths& answered, const PartReading& waiting,
                                     base::SteadyTime now) {
  auto before = std::exchange(standstill_since_, {});
  for (const SeriesValue& series : waiting.values) {
    if (series.value == 0) continue;
    const auto since = before.find(series.group);
    const auto growth = answered.find(series.group);
    const bool moves =
        growth != answered.end() && (growth->second.amount > 0 || growth->second.restarted);
    standstill_since_[series.group] = since == before.end() || moves ? now : since->second;
  }
  return standstill_share_.Hold(standstill_since_.size());
}

absl::StatusOr<double> SignalTracker::MeanWait(const std::vector<Growths>& growths,
                                               const PartReading& waiting, base::SteadyTime now) {
  base::Duration standstill{0};
  for (const auto& [queue, since] : standstill_since_)
    standstill = std::max(standstill, now - since);
  const double at_least = base::ToSeconds(standstill) * 1000;  // the unit is ms

  const double answered = Total(growths[kAnswered]);
  unanswered_wait_ += Total(growths[kWaited]);
  if (answered > 0) {
    last_mean_ = signal_.scale * std::exchange(unanswered_wait_, 0) / answered;
  } else if (!waiting.status.ok()) {
    return absl::UnavailableError(
        base::StrCat(signal_.name, ": no request was answered between the two newest scrapes, and ",
                     signal_.parts[kWaiting].Tried(), ", which tells who waits, is absent"));
  } else if (standstill_since_.empty()) {
    last_mean_ = 0;
  }
  return std::max(last_mean_, at_least);
}

}  // namespace gpuscaler::engines
