// Keeps asking the kubelet who holds the node's GPUs, on a thread of its own: a
// kubelet that hangs holds up nothing else. Where there is no socket nobody is
// asked, which is said once, and nothing is published until there is one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/periodic_thread.h"
#include "base/time.h"
#include "telemetry/ownership.h"
#include "workloads/cdi_specs.h"
#include "workloads/kubelet_client.h"
#include "workloads/pod_ledger.h"

namespace gpuscaler::workloads {

class PodWatch {
 public:
  struct Options {
    std::string socket;
    base::Duration period = std::chrono::seconds(1);
    ExtraResources extra_resources;
    OwnPod own_pod;
    std::vector<std::string> cdi_directories;
  };
  // `gpus` answers the node's GPUs; `publish` takes each new ownership. Both are
  // called on the watch's thread.
  PodWatch(Options options, std::function<Identities()> gpus,
           std::function<void(std::shared_ptr<const telemetry::Ownership>)> publish);

  // False when a call still hangs after `patience`: see PeriodicThread.
  [[nodiscard]] bool StopWithin(base::Duration patience) { return thread_.StopWithin(patience); }
  void RequestStop() { thread_.RequestStop(); }

 private:
  void Tick();
  bool FindSocket();
  absl::StatusOr<Listing> List();
  void Report(const absl::StatusOr<Listing>& listing);
  void ReportUnread(const Listing& listing);
  void ReportSpecs(const Listing& listing);

  const Options options_;
  const std::function<Identities()> gpus_;
  const std::function<void(std::shared_ptr<const telemetry::Ownership>)> publish_;
  // The watch's thread only.
  KubeletClient client_;
  CdiSpecs specs_;
  PodLedger ledger_;
  absl::Status told_;   // what the log says about the newest attempt
  bool found_ = false;  // the socket, once
  bool told_absent_ = false;
  bool told_unknown_ = false;    // ids that no rule reads are told once,
  bool told_skipped_ = false;    // so are resources that may be GPUs,
  bool told_no_spec_ = false;    // and claims of which no spec tells
  base::PeriodicThread thread_;  // last: it uses everything above
};

}  // namespace gpuscaler::workloads
