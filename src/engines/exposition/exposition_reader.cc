#include "engines/exposition/exposition_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json_quote.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "engines/exposition/absent_series.h"

namespace gpuscaler::engines {
namespace {

// More than rounding adds.
constexpr double kRatioTolerance = 0.01;

// As it is, or in quotes where it is more than a name.
std::string NameText(const EscapedText& name) {
  std::string text = name.Text();
  return std::all_of(text.begin(), text.end(), IsNameCharacter) ? text : base::JsonQuote(text);
}

// Labels as printable text, sorted by name: those of which `take` says so of the
// name. An empty one is as good as none.
template <class Take>
std::string SortedLabels(Labels labels, Take take) {
  std::vector<std::string> sorted;
  LabelCursor cursor(labels);
  while (const auto label = cursor.Next()) {
    if (label->value.Is("") || !take(label->name)) continue;
    sorted.push_back(
        base::StrCat(NameText(label->name), "=", base::JsonQuote(label->value.Text())));
  }
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const std::string& label : sorted) base::AppendItem(&text, label);
  return text;
}

std::string AllLabels(Labels labels) {
  return SortedLabels(labels, [](const EscapedText&) { return true; });
}

std::string GroupOf(const Signal& signal, Labels labels) {
  const auto listed = [](std::span<const std::string_view> names, const EscapedText& name) {
    return std::any_of(names.begin(), names.end(),
                       [&name](std::string_view text) { return name.Is(text); });
  };
  if (signal.fold == catalog::Fold::kSumOverRanks) {
    return SortedLabels(labels,
                        [&](const EscapedText& name) { return !listed(signal.rank_labels, name); });
  }
  return SortedLabels(labels,
                      [&](const EscapedText& name) { return listed(signal.queue_labels, name); });
}

absl::Status Absent(const Signal& signal, const SignalPart& part, std::string_view unselected) {
  const bool whole = signal.parts.size() == 1;
  std::string message = base::StrCat(
      signal.name, " is absent: ", whole ? "" : base::StrCat("for ", part.name, " "),
      part.candidates.size() == 1 ? "there is no series " : "there is none of the series ",
      part.Tried());
  if (!unselected.empty()) {
    base::StrAppend(&message, "; there is ", unselected, ", but with other labels");
  }
  return AbsentSeries(message);
}

}  // namespace

ExpositionReader::ExpositionReader(std::span<const Signal> signals,
                                   std::optional<SampleClock> clock)
    : signals_(signals), clock_(clock) {
  for (size_t i = 0; i < signals.size(); ++i) {
    states_.emplace_back();
    for (size_t j = 0; j < signals[i].parts.size(); ++j) {
      const auto& candidates = signals[i].parts[j].candidates;
      states_.back().emplace_back(candidates.size());
      for (size_t k = 0; k < candidates.size(); ++k) {
        const std::string_view text = candidates[k].name();
        auto name = std::find_if(names_.begin(), names_.end(),
                                 [text](const Name& known) { return known.text == text; });
        if (name == names_.end()) name = names_.insert(name, {text, {}});
        name->uses.push_back({i, j, k});
        lengths_ |= uint64_t{1} << (text.size() % 64);
      }
    }
  }
}

bool ExpositionReader::Wants(std::string_view name) {
  if ((lengths_ >> (name.size() % 64) & 1) == 0) return false;
  for (found_ = 0; found_ < names_.size(); ++found_) {
    if (names_[found_].text == name) return true;
  }
  return false;
}

void ExpositionReader::Take(const Sample& sample) {
  for (const Use& use : names_[found_].uses) TakeFor(use, sample);
}

std::optional<base::Duration> ExpositionReader::StaleAge(const Sample& sample) const {
  if (!clock_ || !sample.timestamp_seconds) return std::nullopt;
  using Seconds = std::chrono::duration<double>;
  const double age =
      Seconds(clock_->answered.time_since_epoch()).count() - *sample.timestamp_seconds;
  if (age <= base::ToSeconds(clock_->stale_after)) return std::nullopt;
  constexpr double kCentury = 100 * 365.25 * 86'400;
  return std::chrono::duration_cast<base::Duration>(Seconds(std::min(age, kCentury)));
}

void ExpositionReader::TakeFor(const Use& use, const Sample& sample) {
  CandidateState& state = states_[use.signal][use.part][use.candidate];
  const Signal& signal = signals_[use.signal];
  const SeriesSelector& selector = signal.parts[use.part].candidates[use.candidate];
  state.named = true;
  if (!state.status.ok() || !selector.Selects(sample.labels)) return;
  std::string labels = AllLabels(sample.labels);
  const auto wrong = [&](std::string_view what) {
    constexpr size_t kMostShown = 200;
    return base::StrCat(signal.name, ": ", sample.name, "{",
                        base::ToUtf8(std::string_view(labels).substr(0, kMostShown)),
                        labels.size() > kMostShown ? "... " : "} ", what);
  };
  if (!std::isfinite(sample.value) || sample.value < 0) {
    state.status = absl::FailedPreconditionError(
        wrong(base::StrCat("is ", sample.value, "; what can be used is a number from 0")));
    return;
  }
  if (signal.is_ratio && sample.value > 1 + kRatioTolerance) {
    state.status = absl::FailedPreconditionError(
        wrong(base::StrCat("is ", base::NumberText(sample.value), "; a ratio is from 0 to 1")));
    return;
  }
  const double value = signal.is_ratio ? std::min(sample.value, 1.0) : sample.value;
  if (const auto age = StaleAge(sample)) {
    state.status = absl::UnavailableError(wrong(
        base::StrCat("is ", base::FormatSeconds(*age), " old by its timestamp; what counts is ",
                     base::FormatDuration(clock_->stale_after), " old at most")));
    return;
  }
  const SeriesKey key = KeyOf(labels);
  if (const auto known = state.places.find(key); known != state.places.end()) {
    const double before = state.values[known->second].value;
    if (before == value) return;
    state.status = absl::FailedPreconditionError(
        wrong(base::StrCat("is there twice, as ", before, " and ", value)));
    return;
  }
  if (state.values.size() == kMostSeries || kept_ == kMostInAll) {
    state.status = absl::ResourceExhaustedError(
        base::StrCat(signal.name, ": more than ", kMostSeries, " series of ", selector.text(),
                     ", or than ", kMostInAll, " of all that is read there"));
    return;
  }
  ++kept_;
  state.places.emplace(key, state.values.size());
  state.values.push_back({key, KeyOf(GroupOf(signal, sample.labels)), value});
}

std::vector<SignalReading> ExpositionReader::Readings() {
  std::vector<SignalReading> readings(signals_.size());
  for (size_t i = 0; i < signals_.size(); ++i) {
    for (size_t j = 0; j < signals_[i].parts.size(); ++j) {
      readings[i].parts.push_back(ReadPart(signals_[i], j, states_[i][j]));
    }
  }
  kept_ = 0;
  return readings;
}

PartReading ExpositionReader::ReadPart(const Signal& signal, size_t part,
                                       std::vector<CandidateState>& states) {
  const SignalPart& wanted = signal.parts[part];
  PartReading reading;
  std::string_view unselected;
  for (size_t i = 0; i < states.size(); ++i) {
    CandidateState state = std::exchange(states[i], {});
    if (!reading.series.empty()) continue;
    if (!state.status.ok() || !state.values.empty()) {
      reading.status = state.status;
      reading.series = wanted.candidates[i].text();
      if (state.status.ok()) reading.values = std::move(state.values);
    } else if (state.named && unselected.empty()) {
      unselected = wanted.candidates[i].name();
    }
  }
  if (reading.series.empty()) reading.status = Absent(signal, wanted, unselected);
  return reading;
}

}  // namespace gpuscaler::engines
