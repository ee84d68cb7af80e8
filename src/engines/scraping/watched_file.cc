#include "engines/scraping/watched_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

bool Same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

class OpenFile {
 public:
  // A FIFO would be waited for.
  explicit OpenFile(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace

const absl::StatusOr<std::string>& WatchedFile::Text(base::SteadyTime now) {
  if (looked_ && now - *looked_ < kLookEvery) return text_;
  looked_ = now;
  struct stat current = {};
  if (text_.ok() && stat(path_.c_str(), &current) == 0 && Same(current, seen_)) return text_;
  text_ = Read();
  ++version_;
  return text_;
}

absl::StatusOr<std::string> WatchedFile::Read() {
  const auto failed = [&](std::string_view why) {
    return absl::FailedPreconditionError(base::StrCat("cannot read ", path_, ": ", why));
  };
  const OpenFile file(path_);
  if (file.get() < 0 || fstat(file.get(), &seen_) != 0) return failed(std::strerror(errno));
  if (!S_ISREG(seen_.st_mode)) return failed("it is not a regular file");
  std::string text;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(std::strerror(errno));
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > kMostBytes) return failed("it is larger than 1 MiB");
  }
}

}  // namespace gpuscaler::engines
