#include "lint/yaml_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace gpuscaler::lint {

std::vector<InputFile> ReadFiles(const std::string& folder, const std::string& suffix) {
  const std::filesystem::path repository = REPOSITORY;
  std::vector<InputFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(repository / folder)) {
    if (!entry.is_regular_file() || !entry.path().string().ends_with(suffix)) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    files.push_back({entry.path().lexically_relative(repository).string(),
                     {std::istreambuf_iterator<char>(stream), {}}});
  }
  std::sort(files.begin(), files.end(),
            [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace gpuscaler::lint
