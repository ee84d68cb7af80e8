// The fields of a CSV file (RFC 4180), record by record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace gpuscaler::telemetry {

// `text` as a CSV field: quoted where it must be.
std::string CsvField(std::string_view text);

struct CsvRecord {
  size_t line = 0;  // its first, from 1
  std::vector<std::string> fields;
};

// Empty lines are skipped; lines end with \n or \r\n. INVALID_ARGUMENT as
// "LINE: what was wrong; what is allowed".
absl::StatusOr<std::vector<CsvRecord>> ParseCsvRecords(std::string_view text);

}  // namespace gpuscaler::telemetry
