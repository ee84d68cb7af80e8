#include "base/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor.h"
#include "base/strings.h"

namespace gpuscaler::base {
namespace {

FileStamp ToStamp(const struct stat& status) {
  const auto nanoseconds = [](const timespec& time) {
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  return {status.st_dev,
          status.st_ino,
          status.st_mode,
          static_cast<uint64_t>(status.st_size),
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

absl::Status FromErrno(int error) {
  if (error == ENOENT) return absl::NotFoundError(std::strerror(error));
  return absl::FailedPreconditionError(std::strerror(error));
}

absl::Status TooLarge(size_t most) {
  constexpr size_t kMiB = 1 << 20;
  const bool whole = most > 0 && most % kMiB == 0;
  return absl::ResourceExhaustedError(whole ? StrCat("it is larger than ", most / kMiB, " MiB")
                                            : StrCat("it has more than ", most, " bytes"));
}

}  // namespace

std::optional<FileStamp> StampOf(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return ToStamp(status);
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t most, FileStamp* stamp) {
  if (stamp != nullptr) *stamp = {};
  // A FIFO would be waited for.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return FromErrno(errno);
  if (stamp != nullptr) *stamp = ToStamp(status);
  if (!S_ISREG(status.st_mode)) return absl::FailedPreconditionError("it is not a regular file");
  std::string text;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno);
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > most) return TooLarge(most);
  }
}

}  // namespace gpuscaler::base
