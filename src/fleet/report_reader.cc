#include "fleet/report_reader.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "telemetry/codec.h"

namespace gpuscaler::fleet {
namespace {

namespace v1 = telemetry::v1;
using telemetry::Snapshot;

constexpr int kMostNames = 256;  // of metrics and lanes

absl::Status Refuse(std::string_view what) {
  return absl::InvalidArgumentError(base::ToAbsl(what));
}

std::optional<catalog::Lane> FindLane(std::string_view name) {
  for (size_t i = 0; i < catalog::kLaneCount; ++i) {
    const auto lane = static_cast<catalog::Lane>(i);
    if (catalog::LaneName(lane) == name) return lane;
  }
  return std::nullopt;
}

std::optional<catalog::Metric> FindGpuMetric(std::string_view name) {
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

base::SteadyTime TimeOf(uint32_t age_ms, base::SteadyTime now) {
  return now - std::chrono::milliseconds(age_ms);
}

}  // namespace

absl::Status CheckHello(const v1::NodeHello& hello) {
  if (hello.node().empty() || hello.node().size() > kLongestObjectName) {
    return Refuse(base::StrCat("hello.node has ", hello.node().size(),
                               " bytes; allowed is the node's name, 1 to ", kLongestObjectName));
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(hello.node().begin(), hello.node().end(), is_control)) {
    return Refuse("hello.node has a control character");
  }
  if (hello.metrics_size() > kMostNames || hello.lanes_size() > kMostNames) {
    return Refuse(base::StrCat("hello names ", hello.metrics_size(), " metrics and ",
                               hello.lanes_size(), " lanes; allowed are at most ", kMostNames));
  }
  return absl::OkStatus();
}

ReportReader::ReportReader(const v1::NodeHello& hello, std::shared_ptr<const Snapshot> previous)
    : node_(hello.node()), holders_(std::move(previous)) {
  for (const std::string& name : hello.metrics()) metrics_.push_back(FindGpuMetric(name));
  for (const std::string& name : hello.lanes()) lanes_.push_back(FindLane(name));
}

absl::StatusOr<Snapshot> ReportReader::Read(const v1::NodeReport& report,
                                            base::SteadyTime came_at) {
  // When it would have come, had it not been held up.
  const base::SteadyTime now = came_at - lag_.Of(report.sent_ms(), came_at);
  if (report.sequence() < sequence_) {
    return Refuse(base::StrCat("sequence went back from ", sequence_, " to ", report.sequence()));
  }
  sequence_ = report.sequence();
  if (absl::Status fits = CheckTexts(node_, report); !fits.ok()) return fits;
  if (report.has_gpus()) {
    if (absl::Status read = ReadGpus(report.gpus()); !read.ok()) return read;
  }
  if (!has_gpus_) return Refuse("the first report has no list of GPUs");
  if (static_cast<size_t>(report.readings_size()) != gpus_.size()) {
    return Refuse(
        base::StrCat("readings of ", report.readings_size(), " GPUs; the node has ", gpus_.size()));
  }
  if (absl::Status read = holders_.Read(report, now); !read.ok()) return read;

  ReportedFailures failures;
  Snapshot snapshot;
  snapshot.node = node_;
  snapshot.sequence = report.sequence();
  snapshot.taken_at = now;
  snapshot.taken_at_wall = std::chrono::system_clock::now();
  snapshot.ownership = holders_.ownership();
  snapshot.pods_worked = holders_.pods_worked();
  const size_t lanes = std::min(lanes_.size(), static_cast<size_t>(report.lanes_size()));
  for (size_t i = 0; i < lanes; ++i) {
    if (!lanes_[i]) continue;
    const v1::LaneReport& lane = report.lanes(static_cast<int>(i));
    telemetry::LaneState& state = snapshot.lane(*lanes_[i]);
    if (lane.has_age_ms()) state.sampled_at = TimeOf(lane.age_ms(), now);
    state.status = failures.Status(lane.error());
  }
  snapshot.gpus.reserve(gpus_.size());
  for (size_t i = 0; i < gpus_.size(); ++i) {
    auto gpu = ReadGpu(report.readings(static_cast<int>(i)), gpus_[i], failures, now);
    if (!gpu.ok()) return gpu.status();
    snapshot.gpus.push_back(*std::move(gpu));
  }
  return snapshot;
}

absl::Status ReportReader::ReadGpus(const v1::GpuList& list) {
  if (list.gpus_size() > telemetry::kMaxGpus) {
    return Refuse(
        base::StrCat(list.gpus_size(), " GPUs; allowed are at most ", telemetry::kMaxGpus));
  }
  gpus_.clear();
  std::set<std::string_view> uuids;
  for (const v1::GpuFacts& facts : list.gpus()) {
    if (!gpus_.empty() && facts.index() <= gpus_.back()->index) {
      return Refuse(base::StrCat("GPU ", facts.index(), " follows GPU ", gpus_.back()->index,
                                 "; the list must ascend"));
    }
    // One that was lost before it could be asked has none.
    if (!facts.uuid().empty() && !uuids.insert(facts.uuid()).second) {
      return Refuse(base::StrCat("GPU ", facts.index(), ": uuid ", facts.uuid(),
                                 " is another GPU's of this node"));
    }
    telemetry::GpuIdentity identity = {
        facts.index(), facts.uuid(), facts.name(), facts.pci_bus_id(), {}};
    if (facts.has_minor()) identity.minor = facts.minor();
    gpus_.push_back(std::make_shared<const telemetry::GpuIdentity>(std::move(identity)));
  }
  has_gpus_ = true;
  return absl::OkStatus();
}

absl::StatusOr<telemetry::GpuSnapshot> ReportReader::ReadGpu(
    const v1::GpuReadings& readings, std::shared_ptr<const telemetry::GpuIdentity> identity,
    ReportedFailures& failures, base::SteadyTime now) const {
  telemetry::GpuSnapshot gpu;
  gpu.identity = std::move(identity);
  gpu.status = failures.Status(readings.error());
  if (!gpu.status.ok()) return gpu;
  const size_t lanes = std::min(lanes_.size(), static_cast<size_t>(readings.lane_errors_size()));
  for (size_t i = 0; i < lanes; ++i) {
    if (!lanes_[i]) continue;
    gpu.reading_failures[static_cast<size_t>(*lanes_[i])] =
        failures.Status(readings.lane_errors(static_cast<int>(i)));
  }
  int value = 0;
  const size_t states = std::min(metrics_.size(), static_cast<size_t>(readings.states_size()));
  for (size_t i = 0; i < states; ++i) {
    const v1::ReadingState state = readings.states(static_cast<int>(i));
    const bool has_value = state == v1::READING_STATE_VALUE;
    if (has_value && (value >= readings.values_size() || value >= readings.ages_ms_size())) {
      return Refuse(base::StrCat("GPU ", gpu.identity->index, ": ", readings.values_size(),
                                 " values and ", readings.ages_ms_size(),
                                 " ages for more readings"));
    }
    const int place = has_value ? value++ : 0;
    if (!metrics_[i]) continue;
    if (has_value) {
      const auto read = telemetry::ReadingOf(catalog::Row(*metrics_[i]), readings.values(place));
      if (!read.ok()) {
        return Refuse(
            base::StrCat("GPU ", gpu.identity->index, ": ", base::Message(read.status())));
      }
      gpu.readings.Set(*metrics_[i], *read, TimeOf(readings.ages_ms(place), now));
    } else if (state == v1::READING_STATE_UNSUPPORTED) {
      gpu.readings.SetUnsupported(*metrics_[i]);
    } else if (state == v1::READING_STATE_FAILED) {
      gpu.readings.SetFailed(*metrics_[i]);
    }
  }
  return gpu;
}

}  // namespace gpuscaler::fleet
