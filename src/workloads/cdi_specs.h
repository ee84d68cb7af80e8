// The node's specs of the Container Device Interface: which GPUs stand behind the
// names by which a claim's devices are handed to containers. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "workloads/cdi_spec.h"
#include "workloads/cdi_spec_file.h"

namespace gpuscaler::workloads {

class CdiSpecs {
 public:
  static constexpr const char* kDefaultDirectories = "/etc/cdi,/var/run/cdi";
  // In all directories. What is more is not read, which is a problem to tell.
  static constexpr size_t kMostFiles = 1024;
  static constexpr size_t kMostBytes = 16 << 20;
  static constexpr size_t kMostDevices = 16 * 1024;

  // Of a list with commas; empty: none. INVALID_ARGUMENT: not absolute paths.
  static absl::StatusOr<std::vector<std::string>> ParseDirectories(std::string_view list);

  // A directory that is not there is one without specs.
  explicit CdiSpecs(std::vector<std::string> directories);

  // The devices of all *.json and *.yaml of the directories. Of two specs that have
  // one, that of the later directory counts; two of one directory make it nobody's, as
  // for container runtimes. Costs a stat of each file, and the reading of those that
  // have changed.
  const CdiDevices& Read();

  // What was wrong at the last Read and had not been told before: "PATH: why".
  std::vector<std::string> TakeProblems();

 private:
  using Place = std::pair<size_t, std::string>;  // which directory, and the file's path

  std::vector<std::string> PathsIn(const std::string& directory);
  // True: something is not as it was.
  bool Refresh();
  void Merge();

  const std::vector<std::string> directories_;
  std::map<Place, CdiSpecFile> files_;
  CdiDevices devices_;
  std::vector<std::string> conflicts_;  // the problems of the newest Merge
  std::set<std::string> problems_;      // of the newest Read
  std::set<std::string> told_;
};

}  // namespace gpuscaler::workloads
