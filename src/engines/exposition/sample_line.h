// One line of an exposition that holds a sample, in the Prometheus text format
// 0.0.4 or in OpenMetrics 1.0:
//
//   NAME{LABEL="VALUE",...} NUMBER [TIMESTAMP] [# EXEMPLAR]
//   {"NAME",LABEL="VALUE",...} NUMBER [TIMESTAMP] [# EXEMPLAR]
//
// in two steps, so that a line whose name nobody wants costs its name.
#pragma once

#include <optional>
#include <string_view>

#include "engines/exposition/labels.h"

namespace gpuscaler::engines {

// The name that a line begins with, and what follows.
struct LineStart {
  EscapedText name;
  bool in_braces = false;  // the name is the first thing in braces
  std::string_view rest;
};

// Empty: the line begins with no name that a blank or a list of labels follows.
std::optional<LineStart> ReadLineStart(std::string_view line);

struct LineRest {
  Labels labels;
  double value = 0;
  std::optional<double> timestamp;  // as written: ms since the epoch, in OpenMetrics s
};

// Returns what is wrong; empty: nothing.
std::string_view ReadLineRest(const LineStart& start, LineRest* rest);

// A number as Go's ParseFloat reads it, without its hexadecimal forms and
// underscores: decimal or with exponent, NaN, Inf, +Inf, -Inf in any case. Empty:
// it is none, or too large.
std::optional<double> ReadNumber(std::string_view text);

}  // namespace gpuscaler::engines
