#include "telemetry/codec.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>

#include "base/number_text.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "telemetry/json_null.h"
#include "telemetry/ownership_codec.h"
#include "telemetry/timestamp.h"

namespace gpuscaler::telemetry {
namespace {

namespace pb = google::protobuf;

// What no hardware exceeds, by unit: wide enough for decades, narrow enough to
// stop a byte count in a field of MiB, or an error code read as a value.
struct Limits {
  std::string_view unit;
  double low;
  double high;
  double rounding = 0;  // what a computed reading may be beyond them
};
constexpr Limits kLimits[] = {{"%", 0, 100, 1e-4}, {"C", -100, 1000}, {"W", 0, 1e6}};
constexpr Limits kOtherLimits = {"", 0, 1e12};

const Limits& LimitsOf(std::string_view unit) {
  for (const Limits& row : kLimits) {
    if (row.unit == unit) return row;
  }
  return kOtherLimits;
}

// INVALID_ARGUMENT for years that system_clock cannot hold.
absl::StatusOr<base::WallTime> ToWallTime(const pb::Timestamp& time) {
  constexpr int64_t kYear2200 = 7258118400;
  if (time.seconds() < 0 || time.seconds() > kYear2200 || time.nanos() < 0 ||
      time.nanos() >= 1'000'000'000) {
    return absl::InvalidArgumentError(base::StrCat("taken_at is ", time.seconds(), " s ",
                                                   time.nanos(), " ns; allowed is 1970 to 2200"));
  }
  return base::WallTime(std::chrono::duration_cast<base::WallTime::duration>(
      std::chrono::seconds(time.seconds()) + std::chrono::nanoseconds(time.nanos())));
}

absl::StatusOr<GpuSnapshot> GpuFromProto(const v1::Gpu& message, base::SteadyTime sampled_at) {
  GpuSnapshot gpu;
  gpu.identity = std::make_shared<const GpuIdentity>(
      GpuIdentity{message.index(), message.uuid(), message.name(), message.pci_bus_id(), {}});
  const absl::Status failure =
      message.error().empty() ? absl::OkStatus() : absl::UnavailableError(message.error());
  if (!failure.ok() && message.readings().empty()) {
    gpu.status = failure;
    return gpu;
  }
  gpu.reading_failures.fill(failure);
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    const auto reading = message.readings().find(std::string(row.name));
    if (reading == message.readings().end()) {
      failure.ok() ? gpu.readings.SetUnsupported(row.id) : gpu.readings.SetFailed(row.id);
      continue;
    }
    const auto value = ReadingOf(row, reading->second);
    if (!value.ok()) {
      return absl::InvalidArgumentError(
          base::StrCat("GPU ", message.index(), ": ", base::Message(value.status())));
    }
    gpu.readings.Set(row.id, *value, sampled_at);
  }
  return gpu;
}

absl::Status CheckDistinct(const v1::NodeSnapshot& message) {
  if (message.gpus_size() > kMaxGpus) {
    return absl::InvalidArgumentError(
        base::StrCat(message.gpus_size(), " GPUs; allowed are at most ", kMaxGpus));
  }
  std::set<uint32_t> indices;
  std::set<std::string_view> uuids;
  for (const v1::Gpu& gpu : message.gpus()) {
    if (!indices.insert(gpu.index()).second) {
      return absl::InvalidArgumentError(base::StrCat("GPU ", gpu.index(), " is listed twice"));
    }
    // One that has none may be one of several.
    if (!gpu.uuid().empty() && !uuids.insert(gpu.uuid()).second) {
      return absl::InvalidArgumentError(
          base::StrCat("GPU ", gpu.index(), ": uuid \"", gpu.uuid(), "\" is listed twice"));
    }
  }
  return absl::OkStatus();
}

// Maps in key order: protobuf's own are in another order at every run.
std::string SerializeInOrder(const v1::NodeSnapshot& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

absl::Status CheckReading(const catalog::MetricRow& metric, double value) {
  const Limits& limits = LimitsOf(metric.unit);
  if (std::isfinite(value) && value >= limits.low && value <= limits.high) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      base::StrCat(metric.name, " cannot be ", base::NumberText(value), "; allowed is ", limits.low,
                   " to ", limits.high, " ", metric.unit));
}

absl::StatusOr<double> ReadingOf(const catalog::MetricRow& metric, double value) {
  const Limits& limits = LimitsOf(metric.unit);
  const double nearest = std::clamp(value, limits.low, limits.high);
  if (std::abs(value - nearest) <= limits.rounding) value = nearest;
  if (absl::Status fits = CheckReading(metric, value); !fits.ok()) return fits;
  return value;
}

absl::Status NodeStatus(const Snapshot& snapshot) {
  for (const LaneState& lane : snapshot.lanes) {
    if (!lane.status.ok()) return lane.status;
  }
  return absl::OkStatus();
}

absl::Status FirstFailure(const GpuSnapshot& gpu) {
  if (!gpu.status.ok()) return gpu.status;
  for (const absl::Status& failure : gpu.reading_failures) {
    if (!failure.ok()) return failure;
  }
  return absl::OkStatus();
}

v1::NodeSnapshot ToProto(const Snapshot& snapshot) {
  v1::NodeSnapshot message;
  message.set_node(base::ToUtf8(snapshot.node));
  SetTimestamp(snapshot.taken_at_wall, *message.mutable_taken_at());
  message.set_error(base::ToUtf8(base::Message(NodeStatus(snapshot))));
  if (snapshot.ownership != nullptr) {
    *message.mutable_pod_listing() = ToProto(snapshot, *snapshot.ownership, snapshot.taken_at);
  }
  for (const GpuSnapshot& gpu : snapshot.gpus) {
    v1::Gpu* out = message.add_gpus();
    out->set_index(gpu.identity->index);
    out->set_uuid(base::ToUtf8(gpu.identity->uuid));
    out->set_name(base::ToUtf8(gpu.identity->name));
    out->set_pci_bus_id(base::ToUtf8(gpu.identity->pci_bus_id));
    out->set_error(base::ToUtf8(base::Message(FirstFailure(gpu))));
    for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
      if (const auto value = gpu.readings.Newest(row.id); value.has_value()) {
        (*out->mutable_readings())[std::string(row.name)] = *value;
      }
    }
  }
  return message;
}

absl::StatusOr<Snapshot> FromProto(const v1::NodeSnapshot& message, base::SteadyTime sampled_at) {
  if (const absl::Status distinct = CheckDistinct(message); !distinct.ok()) return distinct;
  const auto wall = ToWallTime(message.taken_at());
  if (!wall.ok()) return wall.status();
  Snapshot snapshot;
  snapshot.node = message.node();
  snapshot.taken_at = sampled_at;
  snapshot.taken_at_wall = *wall;
  for (LaneState& lane : snapshot.lanes) {
    if (message.error().empty()) {
      lane.sampled_at = sampled_at;
    } else {
      lane.status = absl::UnavailableError(message.error());
    }
  }
  if (message.has_pod_listing()) {
    const absl::Status read = ReadPodListing(message.pod_listing(), sampled_at, snapshot);
    if (!read.ok()) return read;
  }
  snapshot.gpus.reserve(static_cast<size_t>(message.gpus_size()));
  for (const v1::Gpu& gpu : message.gpus()) {
    auto read = GpuFromProto(gpu, sampled_at);
    if (!read.ok()) return read.status();
    snapshot.gpus.push_back(*std::move(read));
  }
  std::sort(snapshot.gpus.begin(), snapshot.gpus.end(),
            [](const GpuSnapshot& a, const GpuSnapshot& b) {
              return a.identity->index < b.identity->index;
            });
  return snapshot;
}

std::string ToJson(const Snapshot& snapshot, bool pretty) {
  static pb::util::TypeResolver* const resolver = pb::util::NewTypeResolverForDescriptorPool(
      "type.googleapis.com", pb::DescriptorPool::generated_pool());
  pb::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  [[maybe_unused]] const auto written = pb::util::BinaryToJsonString(
      resolver, "type.googleapis.com/gpuscaler.telemetry.v1.NodeSnapshot",
      SerializeInOrder(ToProto(snapshot)), &json, options);
  assert(written.ok());  // our own message in our own schema
  return json;
}

absl::StatusOr<Snapshot> ParseJsonLine(std::string_view line, base::SteadyTime sampled_at) {
  v1::NodeSnapshot message;
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto parsed = pb::util::JsonStringToMessage({line.data(), line.size()}, &message, options);
  if (!parsed.ok()) {
    // Protobuf adds the text and a caret on lines of their own.
    const std::string why = parsed.ToString();
    return absl::InvalidArgumentError(
        base::StrCat("not a snapshot in JSON (", why.substr(0, why.find('\n')),
                     "); allowed is one JSON object a line, as `snapshot --format json --interval "
                     "1s` prints it"));
  }
  if (const absl::Status nulls = DropNullReadings(line, message); !nulls.ok()) return nulls;
  return FromProto(message, sampled_at);
}

}  // namespace gpuscaler::telemetry
