#include "telemetry/csv_fields.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace gpuscaler::telemetry {
namespace {

// Takes a quoted field, the opening quote included, off the front of `text`.
// False when it never ends.
bool TakeQuoted(std::string_view* text, std::string* field) {
  text->remove_prefix(1);
  while (true) {
    const size_t quote = text->find('"');
    if (quote == std::string_view::npos) return false;
    field->append(text->substr(0, quote));
    text->remove_prefix(quote + 1);
    if (text->empty() || text->front() != '"') return true;
    *field += '"';
    text->remove_prefix(1);
  }
}

}  // namespace

std::string CsvField(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
  return out;
}

absl::StatusOr<std::vector<CsvRecord>> ParseCsvRecords(std::string_view text) {
  std::vector<CsvRecord> records;
  size_t line = 1;
  CsvRecord record{line, {}};
  while (!text.empty()) {
    std::string field;
    if (text.front() == '"') {
      const std::string_view quoted = text;
      if (!TakeQuoted(&text, &field)) {
        return absl::InvalidArgumentError(
            base::StrCat(line, ": a quoted field does not end; close it with \""));
      }
      const std::string_view taken = quoted.substr(0, quoted.size() - text.size());
      line += static_cast<size_t>(std::count(taken.begin(), taken.end(), '\n'));
    } else {
      const size_t end = std::min(text.find_first_of(",\n"), text.size());
      field = text.substr(0, end);
      text.remove_prefix(end);
      const bool last_of_line = text.empty() || text.front() == '\n';
      if (last_of_line && !field.empty() && field.back() == '\r') field.pop_back();
    }
    if (text.size() > 1 && text[0] == '\r' && text[1] == '\n') text.remove_prefix(1);
    record.fields.push_back(std::move(field));
    if (!text.empty() && text.front() == ',') {
      text.remove_prefix(1);
      if (!text.empty()) continue;
      record.fields.emplace_back();
    }
    if (!text.empty() && text.front() != '\n') {
      return absl::InvalidArgumentError(base::StrCat(
          line, ": text after a quoted field; a comma or the end of the line must follow it"));
    }
    if (!text.empty()) text.remove_prefix(1);
    const bool blank = record.fields.size() == 1 && record.fields[0].empty();
    if (!blank) records.push_back(std::move(record));
    record = {++line, {}};
  }
  return records;
}

}  // namespace gpuscaler::telemetry
