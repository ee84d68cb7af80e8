// The text of a small file that others replace at any time, as Kubernetes does
// with the files of a Secret. One thread.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/small_file.h"
#include "base/time.h"

namespace gpuscaler::engines {

class WatchedFile {
 public:
  static constexpr size_t kMostBytes = 1 << 20;
  static constexpr base::Duration kLookEvery = std::chrono::seconds(1);

  explicit WatchedFile(std::string path) : path_(std::move(path)) {}

  // The file as it was less than kLookEvery ago; it is read again when the file behind
  // the name, its time or its size is another. An error names the path and what is
  // wrong: it is not there, no regular file, larger than kMostBytes.
  const absl::StatusOr<std::string>& Text(base::SteadyTime now);

  // Grows when the text was read again.
  uint64_t version() const { return version_; }
  const std::string& path() const { return path_; }

 private:
  absl::StatusOr<std::string> Read();

  const std::string path_;
  std::optional<base::SteadyTime> looked_;
  base::FileStamp seen_;
  absl::StatusOr<std::string> text_ = absl::UnknownError("not read yet");
  uint64_t version_ = 0;
};

}  // namespace gpuscaler::engines
