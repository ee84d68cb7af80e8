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

template <class Growths>
double Total(const Growths& growths) {
  double total = 0;
  for (const auto& [group, growth] : growths) total += growth.amount;
  return total;
}

}  // namespace

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
  const bool comparable = Grow(reading, now);
  const bool is_rate = signal_.method == catalog::Method::kRate;
  if (!is_rate) FollowStandstill(reading.parts[kWaiting], now);
  for (size_t i = 0; i < counters_.size(); ++i) {
    if (!reading.parts[i].status.ok()) return reading.parts[i].status;
  }
  if (!comparable) {
    unanswered_wait_ = 0;
    return absl::UnavailableError(base::StrCat(
        signal_.name, " is growth between two scrapes, of which there is but one yet"));
  }
  if (is_rate) return Rate();
  return MeanWait(reading.parts[kWaiting], now);
}

// Returns whether there is a scrape before to compare with.
bool SignalTracker::Grow(const SignalReading& reading, base::SteadyTime now) {
  const size_t count = CounterCount(signal_);
  series_.resize(count);
  counters_.resize(count);
  growths_.resize(count);
  elapsed_ = scraped_ ? now - *scraped_ : base::Duration::zero();
  bool comparable = scraped_ && elapsed_ <= kLongestGap;
  scraped_ = now;
  for (size_t i = 0; i < count; ++i) {
    const PartReading& part = reading.parts[i];
    // Another candidate's counters have nothing to do with these.
    if (!series_[i].empty() && !part.series.empty() && part.series != series_[i]) {
      counters_[i] = CounterGrowth();
      comparable = false;
    }
    if (!part.series.empty()) series_[i] = part.series;
    growths_[i] = counters_[i].Update(part.values, now);
  }
  return comparable;
}

double SignalTracker::Rate() const {
  return signal_.scale * Total(growths_[0]) / base::ToSeconds(elapsed_);
}

void SignalTracker::FollowStandstill(const PartReading& waiting, base::SteadyTime now) {
  auto before = std::exchange(standstill_since_, {});
  for (const SeriesValue& series : waiting.values) {
    if (series.value == 0) continue;
    const auto since = before.find(series.group);
    const auto growth = growths_[kAnswered].find(series.group);
    const bool answered = growth != growths_[kAnswered].end() &&
                          (growth->second.amount > 0 || growth->second.restarted);
    standstill_since_[series.group] = since == before.end() || answered ? now : since->second;
  }
}

absl::StatusOr<double> SignalTracker::MeanWait(const PartReading& waiting, base::SteadyTime now) {
  base::Duration standstill{0};
  for (const auto& [queue, since] : standstill_since_)
    standstill = std::max(standstill, now - since);
  const double at_least = base::ToSeconds(standstill) * 1000;  // the unit is ms

  const double answered = Total(growths_[kAnswered]);
  unanswered_wait_ += Total(growths_[kWaited]);
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
