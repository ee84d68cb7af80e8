// Readings of signals from texts.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/exposition/exposition_parser.h"
#include "engines/exposition/exposition_reader.h"
#include "engines/exposition/series_expression.h"
#include "engines/exposition/signal.h"

namespace gpuscaler::engines {

inline std::vector<SignalReading> ReadAll(std::span<const Signal> signals, std::string_view text) {
  ExpositionReader reader(signals);
  ExpositionParser parser(ExpositionFormat::kText, reader);
  EXPECT_EQ(parser.Feed(text), absl::OkStatus());
  EXPECT_EQ(parser.Finish(), absl::OkStatus());
  return reader.Readings();
}

inline SignalReading Read(const Signal& signal, std::string_view text) {
  return ReadAll({&signal, 1}, text).front();
}

// A signal of the catalog.
inline Signal Of(std::string_view engine, std::string_view quantity) {
  return SignalOf(*catalog::FindEngineQuantity(catalog::FindEngine(engine)->id,
                                               catalog::FindQuantity(quantity)->id));
}

inline Signal Expression(std::string_view text) {
  return SignalOf(ParseSeriesExpression(text).value());
}

}  // namespace gpuscaler::engines
