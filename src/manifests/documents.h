// The YAML documents of a file, as text: each is read on its own, so that one that is
// broken does not hide the others.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/problem.h"

namespace gpuscaler::manifests {

inline constexpr size_t kLargestFile = 16 << 20;     // bytes
inline constexpr size_t kLargestDocument = 1 << 20;  // etcd takes 1.5 MiB

struct DocumentText {
  int first_line = 1;
  int last_line = 1;
  std::string_view text;  // of the file's
};

// Those that hold more than comments. Not those that cannot be YAML, each a problem:
// too large, not UTF-8, or with control characters, which the YAML library takes for
// the end of the file.
std::vector<DocumentText> SplitDocuments(std::string_view file, Problems& problems);

// The line of the first {{ outside of comments; 0: there is none.
int FirstTemplateLine(const DocumentText& document);

}  // namespace gpuscaler::manifests
