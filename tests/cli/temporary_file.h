// A file that lives as long as a test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace gpuscaler::cli {

class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, std::string_view content) {
    folder_ = (std::filesystem::temp_directory_path() / "cli-test-XXXXXX").string();
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
    path_ = folder_ + "/" + name;
    std::ofstream(path_) << content;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

}  // namespace gpuscaler::cli
