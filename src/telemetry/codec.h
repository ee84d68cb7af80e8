// Snapshots as the messages and the JSON of proto/telemetry.proto.
//
// Absence survives the way out and back as absence, but not its kind: a reading
// that is not there is unsupported, or failed where its GPU reports an error.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "catalog/metrics.h"
#include "telemetry.pb.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

// More GPUs than this on one node are a corrupt message.
inline constexpr int kMaxGpus = 1024;

// INVALID_ARGUMENT unless `value` can be a reading of this metric: finite, and
// within what any hardware could show (percentages: 0 to 100).
absl::Status CheckReading(const catalog::MetricRow& metric, double value);
// The same of a reading that somebody computed: beyond a limit by no more than a
// rounding error it is the limit.
absl::StatusOr<double> ReadingOf(const catalog::MetricRow& metric, double value);

// Bytes that are not UTF-8 become U+FFFD.
v1::NodeSnapshot ToProto(const Snapshot& snapshot);

// `sampled_at` becomes the time of every reading. Metrics that this version
// does not know are skipped. INVALID_ARGUMENT for readings that ReadingOf
// refuses and for GPUs listed twice.
absl::StatusOr<Snapshot> FromProto(const v1::NodeSnapshot& message, base::SteadyTime sampled_at);

// Deterministic; on one line, without its end, unless `pretty`.
std::string ToJson(const Snapshot& snapshot, bool pretty);

// Reads what ToJson writes; unknown fields are skipped. As FromProto.
absl::StatusOr<Snapshot> ParseJsonLine(std::string_view line, base::SteadyTime sampled_at);

// The first lane's failure, in lane order: why the hardware could not be read.
absl::Status NodeStatus(const Snapshot& snapshot);
// The GPU's own status, else the first of its readings' failures.
absl::Status FirstFailure(const GpuSnapshot& gpu);

}  // namespace gpuscaler::telemetry
