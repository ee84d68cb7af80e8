#include "doctor/checks.h"

namespace gpuscaler::doctor {
namespace {

constexpr std::string_view kDriverHangs =
    "a call that hangs in the driver ends only with a reset of the GPU or a reboot of the node; "
    "look "
    "for Xid lines in the kernel's log";
constexpr std::string_view kNetworkHangs = "look at the network and at the name servers";

constexpr CheckRow kChecks[] = {
    {"device-files", "device files", CheckDeviceFiles, kDriverHangs},
    {"driver-library", "driver library", CheckLibrary, kDriverHangs},
    {"driver-symbols", "driver functions", CheckSymbols, kDriverHangs},
    {"driver-init", "driver", CheckInit, kDriverHangs},
    {"gpus", "GPUs", CheckGpus, kDriverHangs},
    {"mig", "MIG", CheckMig, kDriverHangs},
    {"persistence", "persistence mode", CheckPersistence, kDriverHangs},
    {"pod-resources", "PodResources", CheckKubelet, "restart the kubelet"},
    {"memory-limit", "memory limit", CheckMemoryLimit, ""},
    {"open-files", "open files", CheckOpenFiles, ""},
    {"clock", "clock", CheckClock, ""},
    {"scenario", "scenario", CheckScenario, "look at the volume of the file"},
    {"engine-files", "files for engines", CheckEngineFiles, "look at the volume of the files"},
    {"certificate", "certificate", CheckServerCertificate, "look at the volume of the files"},
    {"report-certificate", "certificate of reports", CheckReportCertificate,
     "look at the volume of the files"},
    {"gateways", "gateways", CheckGateways, kNetworkHangs},
    {"ports", "ports", CheckPorts, ""},
    {"scaler", "running scaler", CheckScaler, "restart the scaler"},
    {"readiness", "readiness", CheckReadiness, "restart the scaler"},
    {"kedas-view", "KEDA's view", CheckKedasView, "restart the scaler"},
    {"engines", "engines", CheckEngines, kNetworkHangs},
};

}  // namespace

std::span<const CheckRow> Checks() {
  return kChecks;
}

}  // namespace gpuscaler::doctor
