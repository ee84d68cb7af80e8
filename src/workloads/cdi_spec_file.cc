#include "workloads/cdi_spec_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/strings.h"
#include "rpc/descriptor.h"

namespace gpuscaler::workloads {
namespace {

bool Same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mode == b.st_mode && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
         a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

absl::Status FromErrno(int error, const std::string& path) {
  struct stat link = {};
  if (error == ENOENT && lstat(path.c_str(), &link) != 0) return absl::NotFoundError("it is gone");
  return absl::FailedPreconditionError(error == ENOENT ? "the link leads to nothing"
                                                       : std::strerror(error));
}

}  // namespace

bool CdiSpecFile::Refresh(const std::string& path, size_t room) {
  struct stat current = {};
  if (stat(path.c_str(), &current) == 0 && looked_ && Same(current, seen_)) return false;
  looked_ = true;
  const bool was_ok = devices_.ok();
  devices_ = Read(path, std::min(room, kMostBytes));
  return was_ok || devices_.ok();
}

absl::StatusOr<CdiDevices> CdiSpecFile::Read(const std::string& path, size_t room) {
  seen_ = {};
  // A FIFO would be waited for.
  const rpc::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 || fstat(file.get(), &seen_) != 0) return FromErrno(errno, path);
  if (!S_ISREG(seen_.st_mode)) return absl::FailedPreconditionError("it is not a regular file");
  std::string text;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, path);
    if (got == 0) return ReadCdiSpec(text);
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > room) {
      return absl::ResourceExhaustedError(base::StrCat("it has more than ", room, " bytes"));
    }
  }
}

}  // namespace gpuscaler::workloads
