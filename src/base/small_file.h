// A small file that others replace at any time, as Kubernetes does with the files of a
// Secret: its text, and by what to tell that it is another one now. Any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace gpuscaler::base {

struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  mode_t mode = 0;
  uint64_t bytes = 0;
  int64_t modified_ns = 0;  // since the epoch
  int64_t changed_ns = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// Of the file behind links; empty: there is none, or it cannot be looked at.
std::optional<FileStamp> StampOf(const std::string& path);

// The whole text. NOT_FOUND: nothing is there, or a link that leads to nothing;
// RESOURCE_EXHAUSTED: it has more than `most` bytes; FAILED_PRECONDITION: it is no
// regular file, or cannot be read. The message says what is wrong and not where.
// `stamp`: becomes that of what was read, also of what could be opened and not be read.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t most,
                                          FileStamp* stamp = nullptr);

}  // namespace gpuscaler::base
