// Finds the mistakes in manifests that cost someone an evening. Pure: text in, findings
// out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lint/finding.h"

namespace gpuscaler::lint {

struct InputFile {
  std::string path;  // as it is shown
  std::string text;
};

// A file of which not even the text could be had.
struct UnreadFile {
  std::string path;
  std::string why;
};

struct Result {
  std::vector<Finding> findings;  // by file as given, then by line
  size_t files = 0;
  size_t objects = 0;       // ScaledObjects
  size_t triggers = 0;      // of these, those of this scaler
  bool unreadable = false;  // a document, or a file, was not checked
  std::vector<UnreadFile> unread_files;

  size_t Count(Severity severity) const;
};

// What one file holds counts for the others too: TriggerAuthentications, and what runs in
// a workload's pods.
Result Lint(std::vector<InputFile> files);

}  // namespace gpuscaler::lint
