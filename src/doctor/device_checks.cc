// The driver's device files.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "base/strings.h"
#include "doctor/checks.h"

namespace gpuscaler::doctor {
namespace {

// nvidia0, nvidiactl, but not nvidia-uvm, which reading does not need.
bool IsOfNvml(const std::string& name) {
  if (name == "nvidiactl") return true;
  return name.starts_with("nvidia") && name.size() > 6 &&
         name.find_first_not_of("0123456789", 6) == std::string::npos;
}

}  // namespace

Findings CheckDeviceFiles(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (!subject.is_node || !subject.reads_hardware) return {Skipped("no GPU is read here")};
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(subject.device_folder, error), end;
       !error && entry != end; entry.increment(error)) {
    if (IsOfNvml(entry->path().filename().string())) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    return {NotOk(base::StrCat("no ", subject.device_folder, "/nvidia* is here"),
                  "on the node: load the driver (nvidia-modprobe -c 0); in a container: "
                  "runtimeClassName: nvidia and NVIDIA_VISIBLE_DEVICES=all")};
  }
  Findings findings;
  std::string open;
  for (const std::filesystem::path& file : files) {
    if (access(file.c_str(), R_OK | W_OK) == 0) {
      base::AppendItem(&open, file.string());
      continue;
    }
    findings.push_back(
        NotOk(base::StrCat(file.string(), " cannot be opened by user ", geteuid(), ": ",
                           std::strerror(errno)),
              "the driver makes them with mode 0666 (NVreg_DeviceFileMode); else run "
              "as their group, or with a device plugin's access"));
  }
  if (!open.empty()) findings.insert(findings.begin(), Ok(base::StrCat(open, " can be opened")));
  return findings;
}

}  // namespace gpuscaler::doctor
