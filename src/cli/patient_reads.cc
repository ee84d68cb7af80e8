#include "cli/patient_reads.h"

#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "sources/fold.h"

namespace gpuscaler::cli {
namespace {

using ReadResult = absl::StatusOr<std::vector<sources::GpuSample>>;

struct Begun {
  catalog::Lane lane;
  std::future<ReadResult> result;
  std::thread thread;
};

absl::Status Hang(std::string_view lanes) {
  return absl::DeadlineExceededError(base::StrCat("the driver has not answered for ",
                                                  base::FormatDuration(PatientReads::kPatience),
                                                  " (lane ", lanes, ")"));
}

}  // namespace

PatientReads::PatientReads(std::unique_ptr<sources::Source> source) : source_(std::move(source)) {}

void PatientReads::Read(std::initializer_list<catalog::Lane> lanes, telemetry::Snapshot& snapshot) {
  std::vector<Begun> reads;
  for (const catalog::Lane lane : lanes) {
    if (hangs_[static_cast<size_t>(lane)]) continue;
    std::packaged_task<ReadResult()> read([source = source_, lane] { return source->Read(lane); });
    auto result = read.get_future();
    reads.push_back({lane, std::move(result), std::thread(std::move(read))});
  }
  const base::SteadyTime deadline = base::Now() + kPatience;
  for (Begun& read : reads) {
    ReadResult result = Hang(catalog::LaneName(read.lane));
    if (read.result.wait_until(deadline) == std::future_status::ready) {
      result = read.result.get();
      read.thread.join();
    } else {
      read.thread.detach();
      hangs_[static_cast<size_t>(read.lane)] = true;
    }
    snapshot =
        sources::Fold(snapshot, read.lane, result, base::Now(), std::chrono::system_clock::now());
  }
}

void PatientReads::ReadAll(telemetry::Snapshot& snapshot) {
  Read({catalog::Lane::kFast, catalog::Lane::kFull, catalog::Lane::kBandwidth}, snapshot);
}

absl::Status PatientReads::hang() const {
  std::string lanes;
  for (size_t i = 0; i < hangs_.size(); ++i) {
    if (hangs_[i]) base::AppendItem(&lanes, catalog::LaneName(static_cast<catalog::Lane>(i)));
  }
  return lanes.empty() ? absl::OkStatus() : Hang(lanes);
}

}  // namespace gpuscaler::cli
