#include "manifests/map_reader.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/json_quote.h"
#include "base/misspelling.h"
#include "base/strings.h"
#include "manifests/yaml_scalar.h"

namespace gpuscaler::manifests {
namespace {

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

MapReader::MapReader(const YamlNode* node, std::string path, Places& places, Problems& problems)
    : node_(node), path_(std::move(path)), places_(places), problems_(problems) {
  if (node_ == nullptr || node_->kind == YamlKind::kNull) {
    node_ = nullptr;
    return;
  }
  if (node_->kind != YamlKind::kMap) {
    Fail(node_->line, base::StrCat(path_.empty() ? std::string("this") : path_, " is ",
                                   Shown(*node_), "; it must be a map, KEY: VALUE"));
    places_.SetRefused(path_);
    node_ = nullptr;
    return;
  }
  if (!problems_.Spend(node_->entries.size())) {
    node_ = nullptr;
    return;
  }
  for (const YamlEntry& entry : node_->entries) {
    places_.Set(PathOf(entry.key), entry.line, entry.value->kind != YamlKind::kNull);
  }
}

void MapReader::Refuse(const YamlEntry& entry, std::string what) const {
  places_.SetRefused(PathOf(entry.key));
  Fail(entry.line, std::move(what));
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
  // To YAML a number that begins with 0 is octal.
  const bool whole = value.kind == YamlKind::kScalar && error == std::errc() && stop == end &&
                     std::to_string(number) == value.text;
  if (whole && value.plain && number >= low && number <= high) return number;
  Refuse(*entry,
         base::StrCat(PathOf(key), " is ", Shown(value), whole && !value.plain ? " in quotes" : "",
                      "; it must be a whole number from ", low, " to ", high));
  return std::nullopt;
}

std::optional<std::string> MapReader::Text(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  return entry == nullptr ? std::nullopt : TextOf(*entry);
}

void MapReader::CheckTexts() const {
  for (const YamlEntry& entry : entries()) {
    if (entry.value->kind != YamlKind::kNull) TextOf(entry);
  }
}

std::optional<std::string> MapReader::TextOf(const YamlEntry& entry) const {
  const std::string path = PathOf(entry.key);
  if (entry.value->kind != YamlKind::kScalar) {
    Refuse(entry, base::StrCat(path, " is ", Shown(*entry.value), "; it must be a string"));
    return std::nullopt;
  }
  CheckText(*entry.value, path, entry.line);
  return entry.value->text;
}

void MapReader::CheckText(const YamlNode& value, std::string_view path, int line) const {
  if (!IsOtherThanText(value)) return;
  problems_.Add(ProblemKind::kNotText, line,
                base::StrCat(path, " is ", value.text,
                             ", to YAML no string; put it in quotes: ", Shown(value)));
}

std::optional<std::string> MapReader::OneOf(std::string_view key,
                                            std::span<const std::string_view> allowed) const {
  auto text = Text(key);
  if (!text || IsIn(*text, allowed)) return text;
  Refuse(*Find(key), base::StrCat(PathOf(key), " is ", base::QuotedStart(*text),
                                  "; it must be one of ", Join(allowed)));
  return std::nullopt;
}

std::optional<bool> MapReader::Flag(std::string_view key) const {
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return std::nullopt;
  const YamlNode& value = *entry->value;
  if (const auto flag = BooleanOf(value)) return flag;
  Refuse(*entry, base::StrCat(PathOf(key), " is ", Shown(value),
                              value.kind == YamlKind::kScalar && !value.plain ? " in quotes" : "",
                              "; it must be true or false"));
  return std::nullopt;
}

std::vector<const YamlNode*> MapReader::List(std::string_view key) const {
  std::vector<const YamlNode*> list;
  const YamlEntry* entry = Find(key);
  if (entry == nullptr) return list;
  if (entry->value->kind != YamlKind::kList) {
    Refuse(*entry, base::StrCat(PathOf(key), " is ", Shown(*entry->value),
                                "; it must be a list, each item after \"- \""));
    return list;
  }
  if (!problems_.Spend(entry->value->items.size())) return list;
  for (const YamlPointer& item : entry->value->items) list.push_back(item.get());
  return list;
}

void MapReader::CheckTextList(std::string_view key) const {
  for (const YamlNode* item : List(key)) {
    const std::string path = base::StrCat("an item of ", PathOf(key));
    if (item->kind == YamlKind::kScalar) {
      CheckText(*item, path, item->line);
    } else {
      Fail(item->line, base::StrCat(path, " is ", Shown(*item), "; it must be a string"));
    }
  }
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

void MapReader::CheckFields(std::string_view what, std::span<const std::string_view> known) const {
  for (const YamlEntry& entry : entries()) {
    if (problems_.full()) return;
    if (IsIn(entry.key, known)) continue;
    const std::string_view meant = base::LikelyMeant(entry.key, known);
    problems_.Add(ProblemKind::kUnknownField, entry.line,
                  base::StrCat(base::QuotedStart(entry.key), " is no field of ", what,
                               meant.empty() ? "; its fields are " : "; did you mean ",
                               meant.empty() ? Join(known) : base::StrCat(meant, "?")));
  }
}

}  // namespace gpuscaler::manifests
