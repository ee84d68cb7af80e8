// A file that lives as long as a test.
#pragma once

#include <string>
#include <string_view>

#include "fakes/temporary_folder.h"

namespace gpuscaler::cli {

class TemporaryFile {
 public:
  TemporaryFile(std::string_view name, std::string_view content)
      : path_(folder_.Write(name, content)) {}

  const std::string& path() const { return path_; }

 private:
  const fakes::TemporaryFolder folder_;
  const std::string path_;
};

}  // namespace gpuscaler::cli
