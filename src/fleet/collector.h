// The gateway's side of the fleet: what every node last reported, and on which
// stream.
//
// Streams call it on the report server's thread, the rest from any. It answers
// what a node's word is worth; the streams speak and hear.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/complaint_limit.h"
#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/time.h"
#include "fleet/claims.h"
#include "fleet/hot_gpus.h"
#include "fleet/members.h"
#include "fleet/publisher.h"
#include "fleet/turned_away.h"
#include "fleet/warm_up.h"
#include "telemetry.pb.h"
#include "telemetry/snapshot.h"
#include "telemetry/store.h"

namespace gpuscaler::fleet {

// How often the nodes of a fleet of so many report.
base::Duration ReportInterval(size_t nodes);

class Collector {
 public:
  struct Options {
    base::Duration forget_after;  // a node that is not heard for longer leaves the fleet
    Members::Limits limits;
  };
  // A stream is known by a number of its own.
  using StreamId = uint64_t;

  struct Stats {
    size_t nodes = 0;    // known
    size_t streams = 0;  // of these, with a stream
    uint64_t reports = 0;
    uint64_t bad_reports = 0;       // what was said could not be true
    uint64_t broken_streams = 0;    // ended in the middle
    uint64_t hasty_streams = 0;     // found to send more than is read
    uint64_t refused_streams = 0;   // another stream reports for the node
    uint64_t evicted_nodes = 0;     // made room for one of another address
    uint64_t contested_gpus = 0;    // readings of GPUs that another node reports too
    uint64_t foreign_holdings = 0;  // pods listed on GPUs that another node reports
  };

  // `store` and `hot` must outlive it.
  Collector(const Options& options, telemetry::Store& store, const HotGpus& hot);

  StreamId NewStream() { return ++last_stream_; }

  // The stream reports for `node` from now on; `peer` is where it comes from, for
  // others to read, `instance` the node's process (NodeHello). The node's snapshot from
  // before; nullptr: there is none. ALREADY_EXISTS: another stream does, and was heard
  // lately; ABORTED: one of the same process. RESOURCE_EXHAUSTED: too many nodes, or too
  // little memory for another, and no address has so many that it must make room.
  absl::StatusOr<std::shared_ptr<const telemetry::Snapshot>> Join(
      StreamId stream, const std::string& node, const std::string& peer, base::SteadyTime now,
      uint64_t instance = 0) ABSL_LOCKS_EXCLUDED(mutex_);
  // A report of the node that the stream has joined for. ABORTED: another stream has
  // taken its place. GPUs that another node reports too become unreadable here, and
  // pods on them hold them no more.
  // `hot`: those of which somebody waits for a change.
  absl::Status Take(StreamId stream, telemetry::Snapshot snapshot, base::SteadyTime now,
                    const HotGpus::OfNode& hot = {}) ABSL_LOCKS_EXCLUDED(mutex_);
  // It ends; `node` empty: it never joined.
  void Leave(StreamId stream, const std::string& node) ABSL_LOCKS_EXCLUDED(mutex_);
  // Tells of a stream that ends because of what it said.
  void Refused(const std::string& node, const std::string& peer, const absl::Status& why,
               base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Tells of a stream that ended without a word of the node's. `node` empty: it never joined.
  void Broke(const std::string& node, const std::string& peer, base::SteadyTime now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Tells of one that sends faster than it is read.
  void IsHasty(const std::string& node, const std::string& peer, base::SteadyTime now)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // For the stream that reads a report, until it returns. The report server's thread
  // only.
  telemetry::v1::NodeReport& scratch() { return scratch_; }

  base::Duration report_interval() const { return ReportInterval(nodes_known_.load()); }
  const HotGpus& hot() const { return hot_; }
  const WarmUp& warm_up() const { return warm_up_; }
  const TurnedAway& turned_away() const { return turned_away_; }
  // UNAVAILABLE: what the nodes report does not get into the store.
  absl::Status Publishes(base::SteadyTime now) const { return publisher_.Runs(now); }
  Stats stats() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // `node` leaves the fleet for one that comes from `peer`.
  void Evict(const std::string& node, const std::string& peer, base::SteadyTime now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the log has a line about the node or peer now.
  bool MayTell(const std::string& about, base::SteadyTime now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What others know of a node that leaves.
  void Forget(const std::string& node) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsHeard(const Member& node, base::SteadyTime now) const;
  static bool IsUncontested(const Member& node, const telemetry::Snapshot& next);
  // Whether another node has one of its GPUs, which then reads nothing here, or its
  // pods hold one that it does not have.
  bool Contest(telemetry::Snapshot& snapshot, base::SteadyTime now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether it lists any pod on a GPU that it does not have. Those on another node's
  // GPUs go.
  bool DropOwnersOfOthers(telemetry::Snapshot& snapshot, base::SteadyTime now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeAway(Member& silent, const std::string& uuid, const std::string& by)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetSilentNodes(base::SteadyTime now) ABSL_LOCKS_EXCLUDED(mutex_);

  const base::Duration forget_after_;
  const HotGpus& hot_;
  WarmUp warm_up_;
  TurnedAway turned_away_;
  std::atomic<StreamId> last_stream_{0};
  std::atomic<size_t> nodes_known_{0};
  telemetry::v1::NodeReport scratch_;
  Publisher publisher_;
  mutable base::Mutex mutex_;
  Members nodes_ ABSL_GUARDED_BY(mutex_);
  Claims claims_ ABSL_GUARDED_BY(mutex_);
  Stats stats_ ABSL_GUARDED_BY(mutex_);
  base::ComplaintLimit complaints_ ABSL_GUARDED_BY(mutex_);
  base::ComplaintLimit endings_ ABSL_GUARDED_BY(mutex_);  // so that these leave room for those
  base::PeriodicThread forget_thread_;                    // last: it uses everything above
};

}  // namespace gpuscaler::fleet
