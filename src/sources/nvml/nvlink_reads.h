// NVLink traffic: rates from the driver's cumulative counters.
#pragma once

#include "sources/nvml/nvml_device.h"
#include "sources/nvml/nvml_library.h"
#include "telemetry/readings.h"

namespace gpuscaler::sources::nvml {

// One field for all links.
Outcome ReadNvlinkTotals(const NvmlLibrary& library, NvmlDevice& device,
                         telemetry::Readings& readings);

// One field for each link, summed up: Blackwell.
Outcome ReadNvlinkByLink(const NvmlLibrary& library, NvmlDevice& device,
                         telemetry::Readings& readings);

}  // namespace gpuscaler::sources::nvml
