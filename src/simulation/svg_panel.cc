#include "simulation/svg_panel.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/strings.h"
#include "simulation/timeline.h"

namespace gpuscaler::simulation {
namespace {

constexpr double kLeft = 64;    // of the value axis' labels
constexpr double kTitle = 24;   // above the lines: title and legend
constexpr double kBottom = 22;  // below: the time axis' labels
constexpr double kRight = 34;   // half a label of the time axis

struct Frame {
  double left, right, top, bottom;
  double seconds, highest;

  double X(double second) const { return left + (right - left) * second / seconds; }
  double Y(double value) const { return bottom - (bottom - top) * value / highest; }
};

std::string Number(double number) {
  return number >= 1000 && number < 1e6 ? absl::StrFormat("%.0f", number)
                                        : absl::StrFormat("%g", number);
}

double Highest(const SvgPanel& panel) {
  double highest = 0;
  for (const SvgLine& line : panel.lines) {
    for (const auto& value : line.values) highest = std::max(highest, value.value_or(0));
  }
  return highest > 0 ? highest : 1;
}

// Several seconds share a pixel: of those the lowest and the highest are drawn.
std::string Path(const SvgLine& line, const Frame& frame) {
  const size_t each =
      std::max<size_t>(1, line.values.size() / static_cast<size_t>(frame.right - frame.left));
  std::string path;
  bool pen = false;
  double last_y = 0;
  std::optional<double> flat_to;  // so far the line goes on at last_y
  // To where the level ends: of steps there, else where it was last seen.
  const auto end_level = [&](double x) {
    if (line.steps || flat_to) path += absl::StrFormat("H%.1f", line.steps ? x : *flat_to);
    flat_to.reset();
  };
  const auto draw = [&](size_t second, double value) {
    const double x = frame.X(static_cast<double>(second));
    const double y = frame.Y(value);
    if (pen && y == last_y) {
      flat_to = x;
      return;
    }
    if (pen) end_level(x);
    path += absl::StrFormat("%s%.1f %.1f", pen ? "L" : "M", x, y);
    pen = true;
    last_y = y;
  };
  const auto lift = [&](size_t second) {
    if (pen) end_level(frame.X(static_cast<double>(second)));
    pen = false;
  };
  for (size_t begin = 0; begin < line.values.size(); begin += each) {
    const size_t end = std::min(begin + each, line.values.size());
    std::optional<size_t> low;
    std::optional<size_t> high;
    for (size_t i = begin; i < end; ++i) {
      if (!line.values[i]) continue;
      if (!low || *line.values[i] < *line.values[*low]) low = i;
      if (!high || *line.values[i] > *line.values[*high]) high = i;
    }
    if (!low) {
      lift(begin);
      continue;
    }
    draw(std::min(*low, *high), *line.values[std::min(*low, *high)]);
    if (*low != *high) draw(std::max(*low, *high), *line.values[std::max(*low, *high)]);
  }
  lift(line.values.size());
  return path;
}

std::string Legend(const SvgPanel& panel, const Frame& frame) {
  std::string text;
  double x = frame.right;
  for (auto line = panel.lines.rbegin(); line != panel.lines.rend(); ++line) {
    x -= 7.0 * static_cast<double>(line->name.size()) + 34;
    text += absl::StrFormat(
        "<path class=\"line %s\" d=\"M%.1f %.1fh18\"/><text x=\"%.1f\" y=\"%.1f\">%s</text>\n",
        std::string(line->style), x, frame.top - 12, x + 23, frame.top - 8, SvgText(line->name));
  }
  return text;
}

}  // namespace

std::string SvgText(std::string_view text) {
  return absl::StrReplaceAll(base::ToAbsl(text),
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::vector<double> RoundTicks(double highest, size_t most) {
  const double least = highest / static_cast<double>(most);
  const double power = std::pow(10, std::floor(std::log10(least)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double n = 0; ticks.empty() || ticks.back() < highest; ++n) ticks.push_back(n * step);
  return ticks;
}

std::vector<double> TimeTicks(double seconds, size_t most) {
  constexpr double kSteps[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                               600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400};
  double step = kSteps[0];
  for (const double each : kSteps) {
    step = each;
    if (seconds / each <= static_cast<double>(most)) break;
  }
  while (seconds / step > static_cast<double>(most)) step *= 2;
  std::vector<double> ticks;
  for (double at = 0; at <= seconds; at += step) ticks.push_back(at);
  return ticks;
}

std::string DrawPanel(const SvgPanel& panel, double top, double width, double height, bool labels) {
  size_t seconds = 1;
  for (const SvgLine& line : panel.lines) seconds = std::max(seconds, line.values.size());
  const std::vector<double> ticks = RoundTicks(Highest(panel), 5);
  const Frame frame = {kLeft,
                       width - kRight,
                       top + kTitle,
                       top + height - kBottom,
                       static_cast<double>(seconds),
                       ticks.back()};
  std::string text = absl::StrFormat("<text class=\"title\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                                     kLeft, frame.top - 8, SvgText(panel.title));
  for (const double tick : ticks) {
    text += absl::StrFormat(
        "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/><text class=\"of-y\" x=\"%.1f\" "
        "y=\"%.1f\">%s</text>\n",
        frame.left, frame.Y(tick), frame.right, frame.left - 6, frame.Y(tick) + 4, Number(tick));
  }
  for (const double tick : TimeTicks(frame.seconds, 10)) {
    text += absl::StrFormat("<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>\n", frame.X(tick),
                            frame.top, frame.bottom);
    if (!labels) continue;
    text += absl::StrFormat("<text class=\"of-x\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", frame.X(tick),
                            frame.bottom + 16,
                            ClockText(std::chrono::seconds(static_cast<int64_t>(tick))));
  }
  for (const SvgLine& line : panel.lines) {
    const std::string path = Path(line, frame);
    if (path.empty()) continue;
    base::StrAppend(&text, "<path class=\"line ", line.style, "\" d=\"", path, "\"/>\n");
  }
  return text + Legend(panel, frame);
}

}  // namespace gpuscaler::simulation
