// fake_gpus COUNT PCIE_WINDOW_MS: holds a fake NVML library's GPUs. Prints, as
// JSON, the environment in which a process finds them; runs until its standard
// input ends.
#include <cstdio>
#include <cstdlib>

#include "fakes/nvml/fake_nvml.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fake_gpus COUNT PCIE_WINDOW_MS\n");
    return 2;
  }
  gpuscaler::fakes::FakeNvml nvml(static_cast<uint32_t>(std::atoi(argv[1])));
  nvml.SetPcieWindow(std::chrono::milliseconds(std::atoi(argv[2])));
  const char* separator = "{";
  for (const auto& [name, value] : nvml.ChildEnvironment()) {
    std::printf("%s\"%s\": \"%s\"", separator, name.c_str(), value.c_str());
    separator = ", ";
  }
  std::printf("}\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}
