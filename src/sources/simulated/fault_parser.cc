#include "sources/simulated/fault_parser.h"

#include <chrono>
#include <string>
#include <utility>

#include "base/strings.h"
#include "catalog/metrics.h"

namespace gpuscaler::sources {
namespace {

constexpr base::Duration kShortest = std::chrono::milliseconds(1);

const FaultRow* FindKind(const YamlMap& map) {
  const std::string name = map.Text("kind", "");
  Names names;
  for (const FaultRow& row : FaultRows()) {
    if (row.name == name) return &row;
    names.push_back(row.name);
  }
  map.Fail("kind", base::StrCat("kind \"", name, "\" is not a fault", Allowed(name, names)));
  return nullptr;
}

void ParseInterval(const YamlMap& map, base::Duration loop, Fault* fault) {
  const bool loops = loop > base::Duration::zero();
  fault->begin = map.Time("at", base::Duration::zero(), base::Duration::zero());
  fault->end = map.Find("for") == nullptr ? (loops ? loop : kLongest)
                                          : fault->begin + map.Time("for", kShortest, kShortest);
  if (loops && (fault->begin >= loop || fault->end > loop)) {
    map.Fail("at", base::StrCat("the fault lasts from ", base::FormatDuration(fault->begin), " to ",
                                base::FormatDuration(fault->end), "; allowed is an end within ",
                                "loop, ", base::FormatDuration(loop)));
  }
}

void ParseTarget(const YamlMap& map, uint32_t gpu_count, Fault* fault) {
  if (gpu_count == 0 && map.Find("gpu") != nullptr) {
    map.Fail("gpu", "gpu in a scenario without GPUs; leave it out");
  } else if (map.Text("gpu", "all") != "all") {
    fault->gpu = static_cast<uint32_t>(map.Whole("gpu", 0, gpu_count - 1, 0));
  }
  if (const std::string name = map.Text("lane", "all"); name != "all") {
    Names names = {"all"};
    for (size_t i = 0; i < catalog::kLaneCount; ++i) {
      const auto lane = static_cast<catalog::Lane>(i);
      names.push_back(catalog::LaneName(lane));
      if (names.back() == name) fault->lane = lane;
    }
    if (!fault->lane.has_value()) {
      map.Fail("lane", base::StrCat("lane is \"", name, "\"", Allowed(name, names)));
    }
  }
  if (map.Find("metric") != nullptr) {
    const std::string name = map.Text("metric", "");
    Names names;
    for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
      names.push_back(row.name);
      if (row.name == name) fault->metric = row.id;
    }
    if (!fault->metric.has_value()) {
      map.Fail("metric", base::StrCat("metric is \"", name, "\"", Allowed(name, names)));
    }
  }
  fault->delay = map.Time("delay", kShortest, kShortest);
}

// What a read reports while the fault lasts.
absl::Status StatusOf(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kLost:
      return absl::UnavailableError("the GPU is lost (simulated)");
    case FaultKind::kDriverGone:
      return absl::UnavailableError("the driver is gone (simulated)");
    case FaultKind::kFailed:
      return absl::UnavailableError(
          fault.metric.has_value()
              ? base::StrCat(catalog::Row(*fault.metric).name, " cannot be read (simulated)")
              : "");
    case FaultKind::kUnsupported:
    case FaultKind::kHang:
    case FaultKind::kSlow:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Fault> ParseFaults(const YamlMap& file, uint32_t gpu_count, base::Duration loop,
                               FirstError* error) {
  std::vector<Fault> faults;
  for (const YAML::Node& node : file.List("faults")) {
    const YamlMap map(node, LineOf(node), "a fault", error);
    const FaultRow* row = FindKind(map);
    if (row == nullptr) return faults;
    Names needed = {"at", "kind"};
    needed.insert(needed.end(), row->required.begin(), row->required.end());
    Names known = needed;
    known.push_back("for");
    known.insert(known.end(), row->optional.begin(), row->optional.end());
    map.CheckKeys(known);
    map.CheckPresent(needed);
    Fault fault;
    fault.kind = row->kind;
    ParseInterval(map, loop, &fault);
    ParseTarget(map, gpu_count, &fault);
    fault.status = StatusOf(fault);
    faults.push_back(std::move(fault));
  }
  return faults;
}

}  // namespace gpuscaler::sources
