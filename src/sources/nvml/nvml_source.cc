#include "sources/nvml/nvml_source.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "sources/nvml/nvml_status.h"

namespace gpuscaler::sources {
namespace {

// Whatever the driver's code: no GPU can be read now, and trying again may help.
absl::Status Unavailable(const absl::Status& status) {
  return absl::UnavailableError(status.message());
}

}  // namespace

NvmlSource::NvmlSource(Options options)
    : options_(std::move(options)),
      lost_gpu_retry_(options_.lost_gpu_retry),
      sessions_(options_.sessions, [this] { return Open(); }) {}

absl::StatusOr<std::vector<GpuSample>> NvmlSource::Read(catalog::Lane lane) {
  absl::Status failure;
  // Twice: a driver that somebody else shut down is there again at once.
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto lease = sessions_.Acquire();
    if (!lease.ok()) return Unavailable(lease.status());
    nvml::LaneRead read = (*lease)->Read(lane);
    failure = Judge(lane, read, *lease);
    if (failure.ok()) return std::move(read.samples);
    if (read.gone.code == nvml::Return::kSuccess) break;
  }
  return Unavailable(failure);
}

absl::Status NvmlSource::fatal() const {
  base::MutexLock lock(mutex_);
  if (!access_.lost()) return absl::OkStatus();
  return absl::UnavailableError(
      "every GPU answers UNKNOWN, even after the driver was opened anew: this container has lost "
      "its access to /dev/nvidia*, as a systemd daemon-reload on the node causes; only a restart "
      "of the container mends it");
}

absl::StatusOr<std::unique_ptr<nvml::NvmlSession>> NvmlSource::Open() {
  auto session = nvml::NvmlSession::Open(options_.library_path, known_);
  if (session.ok()) known_ = (*session)->identities();
  base::MutexLock lock(mutex_);
  if (absl::IsUnknown(session.status())) {
    access_.SeeUnknownOpen();
  } else {
    access_.SeeOtherOpen();
  }
  return session;
}

absl::Status NvmlSource::Judge(catalog::Lane lane, const nvml::LaneRead& read,
                               nvml::NvmlSessions::Lease& lease) {
  if (read.gone.code != nvml::Return::kSuccess) {
    absl::Status gone = nvml::ToStatus(read.gone.function, read.gone.code);
    lease.Retire(gone);
    return gone;
  }
  if (read.unknown.code != nvml::Return::kSuccess) {
    absl::Status unknown =
        nvml::ToStatus(read.unknown.function, read.unknown.code, " of every GPU");
    if (lane == catalog::Lane::kFast && SeeUnknownRead()) lease.Retire(unknown);
    return unknown;
  }
  if (read.count_changed) {
    lease.Retire(absl::UnavailableError("the number of GPUs has changed"));
  } else if (read.down == read.samples.size()) {
    lease.Retire(read.samples.front().status);
  } else if (lane == catalog::Lane::kFast) {
    SeeValues();
    RetryLostGpus(read, lease);
  }
  return absl::OkStatus();
}

bool NvmlSource::SeeUnknownRead() {
  base::MutexLock lock(mutex_);
  return access_.SeeUnknownRead();
}

void NvmlSource::SeeValues() {
  base::MutexLock lock(mutex_);
  access_.SeeValues();
}

void NvmlSource::RetryLostGpus(const nvml::LaneRead& read, nvml::NvmlSessions::Lease& lease) {
  if (read.down == 0) {
    lost_gpu_retry_ = options_.lost_gpu_retry;
    return;
  }
  if (base::Now() - lease.opened_at() < lost_gpu_retry_) return;
  lost_gpu_retry_ = std::min(2 * lost_gpu_retry_, options_.longest_lost_gpu_retry);
  lease.Retire(
      absl::UnavailableError("the driver is opened anew, to see whether lost GPUs are back"));
}

}  // namespace gpuscaler::sources
