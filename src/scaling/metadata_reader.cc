#include "scaling/metadata_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/json_quote.h"
#include "base/strings.h"
#include "engines/endpoint/shown_url.h"
#include "scaling/fault.h"
#include "scaling/key_name.h"

namespace gpuscaler::scaling {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
  const size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

absl::Status CheckSize(std::span<const MetadataEntry> metadata) {
  if (metadata.size() > kMostEntries) {
    return absl::InvalidArgumentError(base::StrCat("the trigger has ", metadata.size(),
                                                   " metadata keys; at most ", kMostEntries,
                                                   " are allowed"));
  }
  size_t all = 0;
  for (const MetadataEntry& entry : metadata) {
    all += entry.key.size() + entry.value.size();
    const bool key = entry.key.size() > kLongestText;
    if (!key && entry.value.size() <= kLongestText) continue;
    return absl::InvalidArgumentError(
        base::StrCat(key ? "key " : "the value of ", base::QuotedStart(entry.key), " has ",
                     key ? entry.key.size() : entry.value.size(), " bytes; at most ", kLongestText,
                     " are allowed"));
  }
  if (all > kMostText) {
    return absl::InvalidArgumentError(base::StrCat("the trigger's metadata has ", all,
                                                   " bytes; at most ", kMostText, " are allowed"));
  }
  return absl::OkStatus();
}

// The keys in order, so that of several faults always the same one is told.
struct Entries {
  std::array<MetadataEntry, kMostEntries> at;
  size_t size = 0;
};

Entries Sorted(std::span<const MetadataEntry> metadata) {
  Entries entries;
  entries.size = metadata.size();
  std::copy(metadata.begin(), metadata.end(), entries.at.begin());
  std::sort(entries.at.begin(), entries.at.begin() + static_cast<ptrdiff_t>(entries.size),
            [](const MetadataEntry& a, const MetadataEntry& b) { return a.key < b.key; });
  return entries;
}

// The value is told, unless it came from the environment: then it may be a secret.
absl::Status RefuseValue(const MetadataEntry& entry, const KeyRow& row, std::string_view problem) {
  std::string message = base::StrCat(entry.key, ": ");
  if (IsFromEnv(entry.key)) {
    base::StrAppend(&message, "what it resolved to ", problem.substr(0, problem.find(':')),
                    "; its value is not shown");
  } else {
    const std::string shown = row.is_url ? engines::ShownUrl(entry.value) : "";
    base::StrAppend(&message, base::QuotedStart(row.is_url ? std::string_view(shown) : entry.value),
                    " ", problem);
  }
  base::StrAppend(&message, "; allowed: ", row.Allowed());
  return Refuse(FaultKind::kValue, entry.key, message);
}

absl::Status ReadEntries(std::span<const MetadataEntry> metadata, TriggerDraft& draft) {
  std::array<const KeyRow*, kMostEntries> seen = {};
  size_t seen_count = 0;
  for (const MetadataEntry& entry : metadata) {
    if (IsKedaKey(entry.key)) continue;
    const KeyRow* row = FindKey(entry.key);
    const std::string_view value = Trimmed(entry.value);
    if (row == nullptr) {
      return Refuse(FaultKind::kUnknownKey, entry.key, UnknownKeyMessage(entry.key));
    }
    if (std::find(seen.begin(), seen.end(), row) != seen.end()) {
      return AtOdds(row->doc.key, " is given twice (", row->doc.key, "FromEnv counts as ",
                    row->doc.key, "); give one of them");
    }
    seen[seen_count++] = row;
    if (IsFromEnv(entry.key)) draft.hidden.push_back(row->doc.key);
    const std::string problem = value.empty() ? "is empty" : row->read(value, draft);
    if (!problem.empty()) return RefuseValue(entry, *row, problem);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TriggerDraft> ReadMetadata(std::span<const MetadataEntry> metadata) {
  if (absl::Status fits = CheckSize(metadata); !fits.ok()) return fits;
  const Entries entries = Sorted(metadata);
  TriggerDraft draft;
  absl::Status read = ReadEntries({entries.at.data(), entries.size}, draft);
  if (!read.ok()) return read;
  return draft;
}

}  // namespace gpuscaler::scaling
