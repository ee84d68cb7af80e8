#include "sources/nvml/nvml_status.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/strings.h"

namespace gpuscaler::sources::nvml {
namespace {

using absl::StatusCode;

// clang-format off
constexpr ReturnRow kReturns[] = {
    {Return::kSuccess, "SUCCESS", "it worked", StatusCode::kOk, Consequence::kNone},
    {Return::kUninitialized, "UNINITIALIZED",
     "the library is not initialized: something else in this process shut it down",
     StatusCode::kUnavailable, Consequence::kDriverGone},
    {Return::kInvalidArgument, "INVALID_ARGUMENT", "the driver refuses an argument",
     StatusCode::kInvalidArgument, Consequence::kFailed},
    {Return::kNotSupported, "NOT_SUPPORTED", "this GPU does not have it",
     StatusCode::kUnimplemented, Consequence::kAbsent},
    {Return::kNoPermission, "NO_PERMISSION", "this container may not read it",
     StatusCode::kPermissionDenied, Consequence::kForbidden},
    {Return::kAlreadyInitialized, "ALREADY_INITIALIZED", "it is initialized already",
     StatusCode::kFailedPrecondition, Consequence::kFailed},
    {Return::kNotFound, "NOT_FOUND", "there is no such thing",
     StatusCode::kNotFound, Consequence::kFailed},
    {Return::kInsufficientSize, "INSUFFICIENT_SIZE", "a buffer is too small",
     StatusCode::kInternal, Consequence::kFailed},
    {Return::kInsufficientPower, "INSUFFICIENT_POWER",
     "a power cable of the GPU is not plugged in",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kDriverNotLoaded, "DRIVER_NOT_LOADED",
     "the NVIDIA kernel driver is not loaded on this node: install or reload it; once nvidia-smi "
     "works on the node, the GPUs are read without a restart",
     StatusCode::kUnavailable, Consequence::kDriverGone},
    {Return::kTimeout, "TIMEOUT", "the driver did not answer in its time",
     StatusCode::kDeadlineExceeded, Consequence::kFailed},
    {Return::kIrqIssue, "IRQ_ISSUE", "the kernel has trouble with the GPU's interrupts",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kLibraryNotFound, "LIBRARY_NOT_FOUND", "a part of the driver's library is missing",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kFunctionNotFound, "FUNCTION_NOT_FOUND", "this driver does not have the function",
     StatusCode::kUnimplemented, Consequence::kAbsent},
    {Return::kCorruptedInforom, "CORRUPTED_INFOROM", "the GPU's infoROM is corrupted",
     StatusCode::kDataLoss, Consequence::kFailed},
    {Return::kGpuIsLost, "GPU_IS_LOST",
     "it has fallen off the bus: drain the node and reboot it, or reset the GPU",
     StatusCode::kUnavailable, Consequence::kGpuDown},
    {Return::kResetRequired, "RESET_REQUIRED",
     "it must be reset: end its processes and run nvidia-smi --gpu-reset, or reboot the node",
     StatusCode::kUnavailable, Consequence::kGpuDown},
    {Return::kOperatingSystem, "OPERATING_SYSTEM",
     "the operating system blocked the call: a container that lost its access to /dev/nvidia* "
     "sees this; restart the pod",
     StatusCode::kUnknown, Consequence::kFailed},
    {Return::kLibRmVersionMismatch, "LIB_RM_VERSION_MISMATCH",
     "libnvidia-ml.so.1 and the loaded kernel driver differ in version: finish the driver's "
     "upgrade (reload the kernel module or reboot the node), then restart this pod, so that it "
     "is given the new library",
     StatusCode::kUnavailable, Consequence::kDriverGone},
    {Return::kInUse, "IN_USE", "the GPU is in use",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kMemory, "MEMORY", "the driver is out of memory",
     StatusCode::kResourceExhausted, Consequence::kFailed},
    {Return::kNoData, "NO_DATA", "the driver has no data",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kArgumentVersionMismatch, "ARGUMENT_VERSION_MISMATCH",
     "this driver does not know this version of the call",
     StatusCode::kUnimplemented, Consequence::kAbsent},
    {Return::kDeprecated, "DEPRECATED", "this driver has given the function up",
     StatusCode::kUnimplemented, Consequence::kAbsent},
    {Return::kNotReady, "NOT_READY", "the driver is not ready yet",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kGpuNotFound, "GPU_NOT_FOUND", "there is no GPU that the driver could run",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kInvalidState, "INVALID_STATE", "the GPU is in a state that does not allow it",
     StatusCode::kUnavailable, Consequence::kFailed},
    {Return::kUnknown, "UNKNOWN",
     "the driver does not say why: a container that lost its access to /dev/nvidia* (a systemd "
     "daemon-reload on the node takes it) sees this; restart the pod",
     StatusCode::kUnknown, Consequence::kFailed},
};
// clang-format on

}  // namespace

const ReturnRow& Row(Return code) {
  const auto* row = std::find_if(std::begin(kReturns), std::end(kReturns),
                                 [code](const ReturnRow& r) { return r.code == code; });
  return row != std::end(kReturns) ? *row : *std::prev(std::end(kReturns));
}

absl::Status ToStatus(std::string_view function, Return code, std::string_view about) {
  if (code == Return::kSuccess) return absl::OkStatus();
  const ReturnRow& row = Row(code);
  const std::string_view name = row.code == code ? row.name : "not in NVML's table";
  return absl::Status(
      row.status, base::StrCat(function, about, " failed with ", static_cast<int32_t>(code), " (",
                               name, "): ", row.meaning));
}

}  // namespace gpuscaler::sources::nvml
