#include "manifests/map_reader.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/json_quote.h"
#include "base/misspelling.h"
#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kBooleans[] = {"true", "false", "yes", "no", "on", "off", "y", "n"};

bool IsIn(std::string_view text, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string Join(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) base::AppendItem(&text, name);
  return text;
}

}  // namespace

std::string Shown(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::kNull:
      return "nothing";
    case YamlKind::kScalar:
      return base::QuotedStart(node.text);
    case YamlKind::kList:
      return "a list";
    case YamlKind::kMap:
      return "a map";
  }
  return "";
}

bool IsOtherThanText(const YamlNode& scalar) {
  if (!scalar.plain) return false;
  const std::string lower = absl::AsciiStrToLower(scalar.text);
  if (lower.empty() || lower == "~" || lower == "null" || IsIn(lower, kBooleans)) return true;
  if (lower == ".inf" || lower == "-.inf" || lower == ".nan") return true;
  // SimpleAtod takes "inf" and "nan", which are texts here.
  const char last = lower.back();
  if (absl::ascii_isalpha(static_cast<unsigned char>(last)) != 0 && !lower.starts_with("0x")) {
    return false;
  }
  std::string digits = lower;
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  double number = 0;
  uint64_t hex = 0;
  return absl::SimpleAtod(digits, &number) ||
         (digits.starts_with("0x") && absl::SimpleHexAtoi(digits, &hex));
}

void CheckKedaVersion(const MapReader& object, std::string_view what) {
  const auto version = object.Text("apiVersion");
  if (!version || *version == "keda.sh/v1alpha1") return;
  object.Fail(object.Find("apiVersion")->line,
              base::StrCat("apiVersion of ", what, " is ", base::QuotedStart(*version),
                           "; it must be keda.sh/v1alpha1"));
}

MapReader::MapReader(const YamlNode* node, std::string path, Places& places, Problems& problems)
    : node_(node), path_(std::move(path)), places_(places), problems_(problems) {
  if (node_ == nullptr || node_->kind == YamlKind::kNull) {
    node_ = nullptr;
    return;
  }
  if (node_->kind != YamlKind::kMap) {
    Fail(node_->line, base::StrCat(path_.empty() ? std::string("this") : path_, " is ",
                                   Shown(*node_), "; it must be a map, KEY: VALUE"));
    node_ = nullptr;
    return;
  }
  if (!problems_.Spend(node_->entries.size())) {
    node_ = nullptr;
    return;
  }
  for (const YamlEntry& entry : node_->entries) places_.Set(PathOf(entry.key), entry.line);
}

std::string MapReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : base::StrCat(path_, ".", key);
}

std::span<const YamlEntry> MapReader::entries() const {
  if (node_ == nullptr) return {};
  return node_->entries;
}

const YamlEntry* MapReader::Find(std::string_view key) const {
  for (const YamlEntry& entry : entries()) {
    if (entry.key == key) return entry.value->kind == YamlKind::kNull ? nullptr : &entry;
  }
  return nullptr;
}

std::optional<int64_t> MapReader::Whole(std::string_view key, int64_t low, int64_t high) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return std::nullopt;
  const YamlNode& value = *entry->value;
  int64_t number = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  const bool whole = value.kind == YamlKind::kScalar && error == std::errc() && stop == end;
  if (whole && value.plain && number >= low && number <= high) return number;
  Fail(entry->line,
       base::StrCat(PathOf(key), " is ", Shown(value), whole && !value.plain ? " in quotes" : "",
                    "; it must be a whole number from ", low, " to ", high));
  return std::nullopt;
}

std::optional<std::string> MapReader::Text(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->value->kind != YamlKind::kScalar) {
    Fail(entry->line,
         base::StrCat(PathOf(key), " is ", Shown(*entry->value), "; it must be a string"));
    return std::nullopt;
  }
  if (IsOtherThanText(*entry->value)) {
    problems_.Add(ProblemKind::kNotText, entry->line,
                  base::StrCat(PathOf(key), " is ", entry->value->text,
                               ", to YAML no string; put it in quotes: ", Shown(*entry->value)));
  }
  return entry->value->text;
}

std::optional<std::string> MapReader::OneOf(std::string_view key,
                                            std::span<const std::string_view> allowed) const {
  auto text = Text(key);
  if (!text || IsIn(*text, allowed)) return text;
  Fail(Find(key)->line, base::StrCat(PathOf(key), " is ", base::QuotedStart(*text),
                                     "; it must be one of ", Join(allowed)));
  return std::nullopt;
}

std::optional<bool> MapReader::Flag(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return std::nullopt;
  const YamlNode& value = *entry->value;
  if (value.kind == YamlKind::kScalar && value.plain) {
    const std::string lower = absl::AsciiStrToLower(value.text);
    const auto* const found = std::find(std::begin(kBooleans), std::end(kBooleans), lower);
    // They stand in pairs, the true one first.
    if (found != std::end(kBooleans)) return (found - std::begin(kBooleans)) % 2 == 0;
  }
  Fail(entry->line,
       base::StrCat(PathOf(key), " is ", Shown(value),
                    value.kind == YamlKind::kScalar && !value.plain ? " in quotes" : "",
                    "; it must be true or false"));
  return std::nullopt;
}

std::vector<const YamlNode*> MapReader::List(std::string_view key) const {
  std::vector<const YamlNode*> list;
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return list;
  if (entry->value->kind != YamlKind::kList) {
    Fail(entry->line, base::StrCat(PathOf(key), " is ", Shown(*entry->value),
                                   "; it must be a list, each item after \"- \""));
    return list;
  }
  if (!problems_.Spend(entry->value->items.size())) return list;
  for (const YamlPointer& item : entry->value->items) list.push_back(item.get());
  return list;
}

MapReader MapReader::Map(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  return MapReader(entry == nullptr ? nullptr : entry->value.get(), PathOf(key), places_,
                   problems_);
}

bool MapReader::HasMap(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  return entry != nullptr && entry->value->kind == YamlKind::kMap;
}

void MapReader::CheckFields(std::string_view what, std::span<const std::string_view> known,
                            bool only_misspelt) const {
  for (const YamlEntry& entry : entries()) {
    if (problems_.full()) return;
    if (IsIn(entry.key, known)) continue;
    const std::string_view meant = base::LikelyMeant(entry.key, known);
    if (meant.empty() && only_misspelt) continue;
    problems_.Add(ProblemKind::kUnknownField, entry.line,
                  base::StrCat(base::QuotedStart(entry.key), " is no field of ", what,
                               meant.empty() ? "; its fields are " : "; did you mean ",
                               meant.empty() ? Join(known) : base::StrCat(meant, "?")));
  }
}

}  // namespace gpuscaler::manifests
