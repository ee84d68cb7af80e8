// The table of reads: which call yields which metrics.
//
// Adding a metric is a row of the catalog and one here; the build fails when a
// GPU metric of the catalog has none or two.
#pragma once

#include <cstddef>

#include "catalog/metrics.h"
#include "sources/nvml/nvml_device.h"
#include "sources/nvml/nvml_library.h"
#include "sources/source.h"

namespace gpuscaler::sources::nvml {

struct DeviceRead {
  Outcome gone;     // not kSuccess: the driver is gone, and the sample means nothing
  Outcome unknown;  // not kSuccess: every call failed, with UNKNOWN or OPERATING_SYSTEM
};

// Reads what `lane` has of `device` into `sample`: values, absences, failures,
// or a status where the GPU is down.
DeviceRead ReadDevice(const NvmlLibrary& library, catalog::Lane lane, NvmlDevice& device,
                      GpuSample& sample);

}  // namespace gpuscaler::sources::nvml
