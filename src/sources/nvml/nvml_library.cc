#include "sources/nvml/nvml_library.h"

#include <dlfcn.h>

#include "absl/status/status.h"
#include "base/strings.h"

namespace gpuscaler::sources::nvml {

void* FindSymbol(void* library, const char* name) {
  return dlsym(library, name);
}

absl::StatusOr<std::unique_ptr<const NvmlLibrary>> NvmlLibrary::Load(const std::string& path) {
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const why = dlerror();
    return absl::UnavailableError(base::StrCat(
        "cannot load NVIDIA's driver library (", why != nullptr ? why : path,
        "): either the driver is not installed on this node, or this container was not given it; "
        "run the pod with runtimeClassName: nvidia and NVIDIA_DRIVER_CAPABILITIES=utility"));
  }
  std::unique_ptr<const NvmlLibrary> library(new NvmlLibrary(handle));
  const char* missing = nullptr;
  if (!library->init && !library->init_with_flags) missing = library->init.name();
  if (!library->shutdown) missing = library->shutdown.name();
  if (!library->device_count) missing = library->device_count.name();
  if (!library->handle_by_index) missing = library->handle_by_index.name();
  if (missing != nullptr) {
    return absl::UnavailableError(base::StrCat(
        path, " lacks ", missing,
        ": it is not NVIDIA's driver library, or one older than any that is supported"));
  }
  return library;
}

NvmlLibrary::~NvmlLibrary() {
  dlclose(library_);
}

}  // namespace gpuscaler::sources::nvml
