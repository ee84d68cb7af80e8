// A directory of CDI specs that lives as long as a test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace gpuscaler::fakes {

class CdiDirectory {
 public:
  CdiDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "cdi-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~CdiDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  CdiDirectory(const CdiDirectory&) = delete;
  CdiDirectory& operator=(const CdiDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string PathOf(const std::string& file) const { return path_ + "/" + file; }

  // As those who write specs do it: whole, or not at all.
  void Write(const std::string& file, std::string_view text) {
    const std::string temporary = PathOf("spec.1.tmp");
    std::ofstream(temporary) << text;
    std::filesystem::rename(temporary, PathOf(file));
  }
  void Remove(const std::string& file) { std::filesystem::remove(PathOf(file)); }

 private:
  std::string path_;
};

// The spec of one device: what NVIDIA's driver writes for a claim, less its mounts.
inline std::string CdiSpecText(const std::string& kind, const std::string& name,
                               const std::string& device_file) {
  return "---\ncdiVersion: 0.5.0\nkind: " + kind +
         "\n"
         "devices:\n"
         "    - name: " +
         name +
         "\n"
         "      containerEdits:\n"
         "        deviceNodes:\n"
         "            - path: " +
         device_file +
         "\n"
         "containerEdits:\n"
         "    env:\n"
         "        - NVIDIA_VISIBLE_DEVICES=void\n"
         "    deviceNodes:\n"
         "        - path: /dev/nvidiactl\n"
         "        - path: /dev/nvidia-uvm\n";
}

}  // namespace gpuscaler::fakes
