// A map of a manifest, read field by field into checked values.
//
// What is wrong is added to the problems, and the reader answers as if it were not
// there: a reader of an object is a list of what it reads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "manifests/places.h"
#include "manifests/problem.h"
#include "manifests/yaml_tree.h"

namespace gpuscaler::manifests {

class MapReader {
 public:
  // `path`: of the map within its object, empty for the object itself. All that is
  // given must outlive the reader. A node that is neither map nor null is a problem,
  // and the map empty.
  MapReader(const YamlNode* node, std::string path, Places& places, Problems& problems);

  // Each is empty where the field is absent, null, or wrong.
  std::optional<int64_t> Whole(std::string_view key, int64_t low, int64_t high) const;
  std::optional<std::string> Text(std::string_view key) const;
  std::optional<std::string> OneOf(std::string_view key,
                                   std::span<const std::string_view> allowed) const;
  std::optional<bool> Flag(std::string_view key) const;
  std::vector<const YamlNode*> List(std::string_view key) const;
  // What is wrong with an item is a problem.
  void CheckTextList(std::string_view key) const;
  // The same of each of its fields, whatever they are called.
  void CheckTexts() const;
  MapReader Map(std::string_view key) const;
  bool HasMap(std::string_view key) const;

  // A problem for each field that is not `known`. `what`: "a trigger".
  void CheckFields(std::string_view what, std::span<const std::string_view> known) const;

  // nullptr: absent or null.
  const YamlEntry* Find(std::string_view key) const;
  std::span<const YamlEntry> entries() const;
  // "spec.fallback".
  std::string PathOf(std::string_view key) const;
  void Fail(int line, std::string what) const {
    problems_.Add(ProblemKind::kWrongValue, line, std::move(what));
  }

 private:
  // A problem of the field's own value; whoever looks for the field finds that it was refused.
  void Refuse(const YamlEntry& entry, std::string what) const;
  std::optional<std::string> TextOf(const YamlEntry& entry) const;
  void CheckText(const YamlNode& value, std::string_view path, int line) const;

  const YamlNode* node_;  // not owned; nullptr: empty
  std::string path_;
  Places& places_;
  Problems& problems_;
};

// What a message shows of a value.
std::string Shown(const YamlNode& node);

}  // namespace gpuscaler::manifests
