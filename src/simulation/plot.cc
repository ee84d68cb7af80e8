#include "simulation/plot.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "catalog/metrics.h"
#include "simulation/svg_panel.h"

namespace gpuscaler::simulation {
namespace {

constexpr double kWidth = 960;
constexpr double kHead = 34;
constexpr double kPanel = 190;

// Colours that can be told apart by people who do not see red and green.
constexpr std::string_view kStyle = R"css(
  svg { background: #fff; color: #1f2328; font: 12px system-ui, sans-serif; }
  text { fill: currentColor; }
  .head { font-size: 15px; font-weight: 600; }
  .title { font-weight: 600; }
  .of-y { text-anchor: end; opacity: .75; }
  .of-x { text-anchor: middle; opacity: .75; }
  .grid { stroke: currentColor; stroke-opacity: .15; fill: none; }
  .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
  .load { stroke: #0969da; }
  .waiting { stroke: #bc4c00; }
  .value { stroke: #0969da; }
  .target { stroke: #bc4c00; stroke-dasharray: 6 4; }
  .wanted { stroke: #bc4c00; stroke-dasharray: 3 3; }
  .replicas { stroke: #0969da; }
  .serving { stroke: #1a7f37; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; color: #e6edf3; }
    .load, .value, .replicas { stroke: #58a6ff; }
    .waiting, .target, .wanted { stroke: #f0883e; }
    .serving { stroke: #3fb950; }
  }
)css";

template <class Of>
std::vector<std::optional<double>> Each(const Course& course, const Of& of) {
  std::vector<std::optional<double>> values;
  values.reserve(course.seconds.size());
  for (const Second& second : course.seconds) values.push_back(of(second));
  return values;
}

std::vector<SvgPanel> Panels(const SimulatedObject& object, const Course& course) {
  const scaling::Trigger& trigger = object.triggers.front().trigger;
  const catalog::MetricRow& load = catalog::Row(course.load_metric);
  SvgPanel offered = {base::StrCat("load: ", load.name, " (", load.unit, ") x recorded replicas"),
                      {{"offered", "load",
                        Each(course, [](const Second& second) { return second.offered; }), false}}};
  SvgPanel waiting = {base::StrCat("load that waits (", load.unit, " x s)"),
                      {{"waiting", "waiting",
                        Each(course, [](const Second& second) { return second.backlog; }), false}}};
  SvgPanel value = {
      base::StrCat(trigger.metric_name, ", as KEDA is told"),
      {{"value", "value", Each(course, [](const Second& second) { return second.value; }), true},
       {"target", "target",
        Each(course, [&trigger](const Second&) { return std::optional(trigger.target); }), true}}};
  SvgPanel replicas = {
      "replicas",
      {{"serving", "serving",
        Each(course, [](const Second& second) { return static_cast<double>(second.serving); }),
        true},
       {"replicas", "replicas",
        Each(course, [](const Second& second) { return static_cast<double>(second.replicas); }),
        true},
       {"HPA wants", "wanted",
        Each(course,
             [](const Second& second) {
               return second.wanted ? std::optional(static_cast<double>(*second.wanted))
                                    : std::nullopt;
             }),
        true}}};
  std::vector<SvgPanel> panels = {std::move(offered)};
  const bool waits = std::any_of(course.seconds.begin(), course.seconds.end(),
                                 [](const Second& second) { return second.backlog > 0; });
  if (waits) panels.push_back(std::move(waiting));
  panels.push_back(std::move(value));
  panels.push_back(std::move(replicas));
  return panels;
}

}  // namespace

std::string Svg(const SimulatedObject& object, const Course& course) {
  const std::vector<SvgPanel> panels = Panels(object, course);
  const double height = kHead + kPanel * static_cast<double>(panels.size());
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
      "aria-label=\"%s, simulated\">\n<style>%s</style>\n"
      "<text class=\"head\" x=\"64\" y=\"22\">%s</text>\n",
      kWidth, height, SvgText(object.name), std::string(kStyle), SvgText(object.name));
  double top = kHead;
  for (const SvgPanel& panel : panels) {
    svg += DrawPanel(panel, top, kWidth, kPanel, true);
    top += kPanel;
  }
  return svg + "</svg>\n";
}

std::string Html(const SimulatedObject& object, const Course& course, const std::string& text) {
  return base::StrCat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
      SvgText(object.name),
      ", simulated</title>\n"
      "<style>body { margin: 1rem auto; max-width: 70rem; padding: 0 1rem; } "
      "pre { overflow-x: auto; }</style>\n</head>\n<body>\n",
      Svg(object, course), "<pre>", SvgText(text), "</pre>\n</body>\n</html>\n");
}

}  // namespace gpuscaler::simulation
