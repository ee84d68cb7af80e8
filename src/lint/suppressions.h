// The comments that silence rules: # keda-gpu-scaler:ignore RULE, RULE
#pragma once

#include <string_view>
#include <vector>

#include "lint/finding.h"
#include "manifests/manifest_file.h"

namespace gpuscaler::lint {

// Of one file. Such a comment counts for its own line, or, where it has a line to
// itself, for the next line that is no comment; at the head of a document for all of it.
class Suppressions {
 public:
  // Comments that name no rule, or one that there is not, are findings.
  Suppressions(const manifests::ManifestFile& file, std::vector<Finding>& found);

  bool Silences(const Finding& finding) const;

 private:
  struct Span {
    int first_line;
    int last_line;
    std::string_view rule;  // static
  };
  std::vector<Span> spans_;
};

}  // namespace gpuscaler::lint
