// A panel of a plot, in SVG: axes with round numbers, and lines over time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpuscaler::simulation {

struct SvgLine {
  std::string name;                           // for the legend
  std::string_view style;                     // a class of the plot's style sheet
  std::vector<std::optional<double>> values;  // one a second; empty: a gap
  bool steps = false;                         // holds each value until the next
};

struct SvgPanel {
  std::string title;
  std::vector<SvgLine> lines;
};

// `text` for XML.
std::string SvgText(std::string_view text);

// About `most` round numbers from 0 to above `highest`, which is > 0.
std::vector<double> RoundTicks(double highest, size_t most);
// Round times in seconds from 0 to at most `seconds`.
std::vector<double> TimeTicks(double seconds, size_t most);

// The panel, `width` wide and `height` high, its upper left corner at (0, top). All panels of
// a plot share the time axis, whose labels stand below those with `labels`.
std::string DrawPanel(const SvgPanel& panel, double top, double width, double height, bool labels);

}  // namespace gpuscaler::simulation
