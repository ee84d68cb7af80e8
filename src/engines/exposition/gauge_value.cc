#include "engines/exposition/gauge_value.h"

#include <algorithm>
#include <map>

namespace gpuscaler::engines {
namespace {

double Sum(const PartReading& part) {
  double sum = 0;
  for (const SeriesValue& series : part.values) sum += series.value;
  return sum;
}

double Max(const PartReading& part) {
  double max = 0;  // no value is less
  for (const SeriesValue& series : part.values) max = std::max(max, series.value);
  return max;
}

double SumOverRanks(const PartReading& part) {
  std::map<SeriesKey, double> groups;
  for (const SeriesValue& series : part.values) {
    double& largest = groups[series.group];
    largest = std::max(largest, series.value);
  }
  double sum = 0;
  for (const auto& [group, largest] : groups) sum += largest;
  return sum;
}

constexpr double (*kFolds[])(const PartReading& part) = {Sum, Max, SumOverRanks};

}  // namespace

absl::StatusOr<double> GaugeValue(const Signal& signal, const SignalReading& reading) {
  double value = 0;
  for (const PartReading& part : reading.parts) {
    if (!part.status.ok()) return part.status;
    value += kFolds[static_cast<size_t>(signal.fold)](part);
  }
  return signal.scale * value;
}

}  // namespace gpuscaler::engines
