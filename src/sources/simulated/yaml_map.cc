#include "sources/simulated/yaml_map.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/misspelling.h"
#include "base/strings.h"

namespace gpuscaler::sources {
namespace {

// A long value is no use in a message.
constexpr size_t kShown = 64;

std::string Shown(const YAML::Node& node) {
  if (!node.IsScalar()) return node.IsNull() ? "nothing" : "a list or a mapping";
  return base::StrCat("\"", node.Scalar().substr(0, kShown), "\"");
}

}  // namespace

void FirstError::Add(int line, std::string_view what) {
  if (!status_.ok()) return;
  std::string one_line = base::StrCat(line, ": ", what);
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  status_ = absl::InvalidArgumentError(one_line);
}

std::string Join(const Names& names) {
  std::string text;
  for (const std::string_view name : names) {
    base::AppendItem(&text, name);
  }
  return text;
}

std::string Allowed(std::string_view word, const Names& known) {
  const std::string_view nearest = base::LikelyMeant(word, known);
  const std::string meant = nearest.empty() ? "" : base::StrCat("did you mean ", nearest, "? ");
  return base::StrCat("; ", meant, "allowed is ", Join(known));
}

int LineOf(const YAML::Node& node) {
  return std::max(node.Mark().line, 0) + 1;
}

std::optional<double> ToNumber(const YAML::Node& node) {
  double value = 0;
  if (!node.IsScalar() || !absl::SimpleAtod(node.Scalar(), &value) || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::vector<YamlEntry> ReadEntries(const YAML::Node& node, int line, std::string_view what,
                                   FirstError* error) {
  std::vector<YamlEntry> entries;
  if (!node.IsMap()) {
    error->Add(line, base::StrCat(what, " is ", Shown(node), "; allowed is a mapping, KEY: VALUE"));
    return entries;
  }
  for (const auto& pair : node) {
    const int key_line = LineOf(pair.first);
    if (!pair.first.IsScalar()) {
      error->Add(key_line,
                 base::StrCat("a key of ", what, " is ", Shown(pair.first), "; allowed is a word"));
      return {};
    }
    const std::string& key = pair.first.Scalar();
    const bool twice = std::any_of(entries.begin(), entries.end(),
                                   [&](const YamlEntry& entry) { return entry.key == key; });
    if (twice) {
      error->Add(key_line, base::StrCat("\"", key, "\" is there twice; allowed is once"));
      return {};
    }
    entries.push_back({key, key_line, pair.second});
  }
  return entries;
}

YamlMap::YamlMap(const YAML::Node& node, int line, std::string_view what, FirstError* error)
    : line_(line), what_(what), error_(error), entries_(ReadEntries(node, line, what, error)) {}

void YamlMap::CheckKeys(const Names& known) const {
  for (const YamlEntry& entry : entries_) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    error_->Add(entry.line, base::StrCat("\"", entry.key.substr(0, kShown), "\" is not a key of ",
                                         what_, Allowed(entry.key, known)));
  }
}

void YamlMap::CheckPresent(const Names& keys) const {
  for (const std::string_view key : keys) {
    if (Find(key) == nullptr) {
      error_->Add(line_, base::StrCat(what_, " lacks ", key, "; it needs ", Join(keys)));
    }
  }
}

const YamlEntry* YamlMap::Find(std::string_view key) const {
  for (const YamlEntry& entry : entries_) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

int YamlMap::LineOf(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  return entry == nullptr ? line_ : entry->line;
}

void YamlMap::Fail(std::string_view key, std::string_view what) const {
  error_->Add(LineOf(key), what);
}

double YamlMap::Number(std::string_view key, double low, double high, double fallback) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return fallback;
  const auto value = ToNumber(entry->value);
  if (value.has_value() && *value >= low && *value <= high) return *value;
  Fail(key, base::StrCat(key, " is ", Shown(entry->value), "; allowed is a number from ", low,
                         " to ", high));
  return fallback;
}

uint64_t YamlMap::Whole(std::string_view key, uint64_t low, uint64_t high,
                        uint64_t fallback) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return fallback;
  uint64_t value = 0;
  const bool whole = entry->value.IsScalar() && absl::SimpleAtoi(entry->value.Scalar(), &value);
  if (whole && value >= low && value <= high) return value;
  Fail(key, base::StrCat(key, " is ", Shown(entry->value), "; allowed is a whole number from ", low,
                         " to ", high));
  return fallback;
}

base::Duration YamlMap::Time(std::string_view key, base::Duration low,
                             base::Duration fallback) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return fallback;
  if (entry->value.IsScalar()) {
    const auto time = base::ParseDuration(entry->value.Scalar());
    if (time.ok() && *time >= low && *time <= kLongest) return *time;
  }
  Fail(key, base::StrCat(key, " is ", Shown(entry->value),
                         "; allowed is a time like 500ms, 30s or 1m30s, from ",
                         base::FormatDuration(low), " to ", base::FormatDuration(kLongest)));
  return fallback;
}

std::string YamlMap::Text(std::string_view key, std::string fallback) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return fallback;
  if (entry->value.IsScalar() && !entry->value.Scalar().empty()) return entry->value.Scalar();
  Fail(key, base::StrCat(key, " is ", Shown(entry->value), "; allowed is a text"));
  return fallback;
}

std::vector<YAML::Node> YamlMap::List(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return {};
  if (entry->value.IsSequence()) return {entry->value.begin(), entry->value.end()};
  Fail(key, base::StrCat(key, " is ", Shown(entry->value), "; allowed is a list"));
  return {};
}

}  // namespace gpuscaler::sources
