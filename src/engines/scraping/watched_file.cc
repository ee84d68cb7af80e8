#include "engines/scraping/watched_file.h"

#include "base/strings.h"

namespace gpuscaler::engines {

const absl::StatusOr<std::string>& WatchedFile::Text(base::SteadyTime now) {
  if (looked_ && now - *looked_ < kLookEvery) return text_;
  looked_ = now;
  if (text_.ok() && base::StampOf(path_) == seen_) return text_;
  text_ = Read();
  ++version_;
  return text_;
}

absl::StatusOr<std::string> WatchedFile::Read() {
  auto text = base::ReadSmallFile(path_, kMostBytes, &seen_);
  if (text.ok()) return text;
  return absl::FailedPreconditionError(
      base::StrCat("cannot read ", path_, ": ", base::Message(text.status())));
}

}  // namespace gpuscaler::engines
