// The table of checks: what `doctor` looks at, one row a check.
#pragma once

#include <span>
#include <string_view>

#include "doctor/examined.h"
#include "doctor/finding.h"

namespace gpuscaler::doctor {

struct CheckRow {
  std::string_view id;     // "driver-library", for machines
  std::string_view title;  // for people
  // Reads, changes nothing. One that does not return in time is given up, by whoever
  // called it on a thread of its own.
  Findings (*run)(const Examined& examined);
  std::string_view if_it_hangs;  // how to mend that
};

std::span<const CheckRow> Checks();

// Of the driver, in this order; each waits for its part of the probe.
Findings CheckDeviceFiles(const Examined& examined);
Findings CheckLibrary(const Examined& examined);
Findings CheckSymbols(const Examined& examined);
Findings CheckInit(const Examined& examined);
Findings CheckGpus(const Examined& examined);
Findings CheckMig(const Examined& examined);
Findings CheckPersistence(const Examined& examined);
// Of the node.
Findings CheckKubelet(const Examined& examined);
Findings CheckMemoryLimit(const Examined& examined);
Findings CheckOpenFiles(const Examined& examined);
Findings CheckClock(const Examined& examined);
// Of the files that flags name.
Findings CheckScenario(const Examined& examined);
Findings CheckEngineFiles(const Examined& examined);
// Of TLS, the gateways and the ports.
Findings CheckServerCertificate(const Examined& examined);
Findings CheckReportCertificate(const Examined& examined);
Findings CheckGateways(const Examined& examined);
Findings CheckPorts(const Examined& examined);
// Of a scaler that runs, and what it would read.
Findings CheckScaler(const Examined& examined);
Findings CheckReadiness(const Examined& examined);
Findings CheckKedasView(const Examined& examined);
Findings CheckEngines(const Examined& examined);

}  // namespace gpuscaler::doctor
