// Snapshots as CSV (RFC 4180): a header, then a row for each GPU of each
// snapshot. A reading that is absent is an empty field.
//
//   time,node,index,uuid,name,gpu_utilization,memory_utilization,...
//   2026-01-31T12:00:00.5Z,node-1,0,GPU-1,NVIDIA H100,37,12,...
//
// CSV has no place for errors: a GPU that could not be read is a row without
// readings. JSON keeps them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::telemetry {

// With the end of line.
std::string CsvHeader();
// The rows of one snapshot, each with its end of line. Readings that outlive a
// failed read, of the node or their own, are left out: they would look new.
std::string CsvRows(const Snapshot& snapshot);

struct CsvSnapshot {
  size_t line = 0;  // of its first row, from 1
  Snapshot snapshot;
};

// Reads a file of the above; rows of equal time are one snapshot. Columns that
// this version does not know are skipped, metrics without a column are
// unsupported. INVALID_ARGUMENT as "LINE: what was wrong; what is allowed".
absl::StatusOr<std::vector<CsvSnapshot>> ParseCsv(std::string_view text,
                                                  base::SteadyTime sampled_at);

}  // namespace gpuscaler::telemetry
