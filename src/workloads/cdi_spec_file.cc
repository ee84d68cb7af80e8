#include "workloads/cdi_spec_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace gpuscaler::workloads {

bool CdiSpecFile::Refresh(const std::string& path, size_t room) {
  if (looked_ && base::StampOf(path) == seen_) return false;
  looked_ = true;
  const bool was_ok = devices_.ok();
  devices_ = Read(path, std::min(room, kMostBytes));
  return was_ok || devices_.ok();
}

absl::StatusOr<CdiDevices> CdiSpecFile::Read(const std::string& path, size_t room) {
  const auto text = base::ReadSmallFile(path, room, &seen_);
  if (text.ok()) return ReadCdiSpec(*text);
  std::error_code ignored;
  if (!absl::IsNotFound(text.status())) return text.status();
  return std::filesystem::is_symlink(path, ignored)
             ? absl::FailedPreconditionError("the link leads to nothing")
             : absl::NotFoundError("it is gone");
}

}  // namespace gpuscaler::workloads
