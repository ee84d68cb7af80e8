// What a node says to one gateway on one stream: what does not change once, the
// readings compactly, who holds the GPUs when that changes.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/time.h"
#include "telemetry.pb.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::fleet {

class ReportWriter {
 public:
  // `version`: the program's; `instance`: NodeHello's.
  explicit ReportWriter(std::string version, uint64_t instance = 0)
      : version_(std::move(version)), instance_(instance) {}

  // The next report of the stream: `snapshot`, which is not null, as of `now`.
  telemetry::v1::NodeReport Next(std::shared_ptr<const telemetry::Snapshot> snapshot,
                                 base::SteadyTime now);

  // What Next was last given; nullptr: it was not.
  const telemetry::Snapshot* last() const { return last_.get(); }

 private:
  const std::string version_;
  const uint64_t instance_;
  std::shared_ptr<const telemetry::Snapshot> last_;
};

// Whether `next` says something else than `last` of who holds the GPUs, or of who
// has been seen at work; a newer listing that says the same does not.
bool HoldersDiffer(const telemetry::Snapshot& last, const telemetry::Snapshot& next);

}  // namespace gpuscaler::fleet
