// A YAML document as a tree whose every part knows its line.
//
// Why not the library's own: that forgets where keys stand and whether a value was
// quoted, and it neither bounds the depth nor knows merge keys (<<), which kubectl
// does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "manifests/problem.h"

namespace gpuscaler::manifests {

struct YamlNode;
using YamlPointer = std::shared_ptr<const YamlNode>;

struct YamlEntry {
  std::string key;
  int line = 0;  // of the key
  YamlPointer value;
};

enum class YamlKind : uint8_t { kNull, kScalar, kList, kMap };

struct YamlNode {
  YamlKind kind = YamlKind::kNull;
  int line = 0;                    // from 1
  bool plain = false;              // of a scalar: neither quoted nor tagged
  std::string text;                // of a scalar
  std::vector<YamlPointer> items;  // of a list
  std::vector<YamlEntry> entries;  // of a map; those that it merges (<<) follow its own
};

inline constexpr size_t kDeepestYaml = 64;           // lists and maps within one another
inline constexpr size_t kMostMergedEntries = 10000;  // of a document

// `text` is one document; its first line is the file's `first_line`. nullptr, and a
// problem, where it is no YAML, too deep, or holds a map whose key is no word; also,
// without a problem, where there is nothing in it.
YamlPointer ParseYaml(const std::string& text, int first_line, Problems& problems);

}  // namespace gpuscaler::manifests
