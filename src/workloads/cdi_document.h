// A spec of the Container Device Interface as it is written, in YAML or JSON: what of
// it can tell GPUs apart. Nothing in it is judged here.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gpuscaler::workloads {

// A device file that a container gets. Empty: not given.
struct CdiDeviceNode {
  std::string path;       // in the container
  std::string host_path;  // where it is on the node, if not at the same path
  std::string major;      // given: the numbers count, whatever the file of this name is
  std::string minor;
};

// What a container gets ("containerEdits").
struct CdiEdits {
  std::vector<CdiDeviceNode> device_nodes;
  std::string visible_devices;  // NVIDIA_VISIBLE_DEVICES of `env`, the last one
};

struct CdiDocument {
  struct Device {
    std::string name;
    CdiEdits edits;
  };
  std::string version;
  std::string kind;  // "VENDOR/CLASS"
  std::vector<Device> devices;
  CdiEdits edits;  // those of each device
};

// Fields that are not known are skipped, at most 16 levels of nesting read.
// INVALID_ARGUMENT "line N: ...": it is not YAML, or more than a spec needs of it: an
// alias, a key that is there twice, deeper nesting.
absl::StatusOr<CdiDocument> ReadCdiDocument(const std::string& text);

}  // namespace gpuscaler::workloads
