// A directory of CDI specs that lives as long as a test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fakes/temporary_folder.h"

namespace gpuscaler::fakes {

class CdiDirectory {
 public:
  const std::string& path() const { return folder_.path(); }
  std::string PathOf(const std::string& file) const { return folder_.PathOf(file); }

  // As those who write specs do it: whole, or not at all.
  void Write(const std::string& file, std::string_view text) {
    std::filesystem::rename(folder_.Write("spec.1.tmp", text), PathOf(file));
  }
  void Remove(const std::string& file) { std::filesystem::remove(PathOf(file)); }

 private:
  const TemporaryFolder folder_;
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
