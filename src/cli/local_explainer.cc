#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "base/strings.h"
#include "cli/explainer.h"
#include "cli/holders.h"
#include "cli/host_name.h"
#include "cli/patient_reads.h"
#include "serving/explain.h"
#include "serving/role.h"
#include "telemetry/store.h"

namespace gpuscaler::cli {
namespace {

// A rate needs two readings of a counter.
constexpr base::Duration kRatePause = std::chrono::milliseconds(250);

// The scaler's own evaluation over a store that was filled once.
class Local final : public Explainer {
 public:
  Local(std::unique_ptr<sources::Source> source, const std::string& pod_resources_socket)
      : role_(serving::NodeRole(store_, scaling::EvaluationLimits().stale_after)) {
    PatientReads reads(std::move(source));
    telemetry::Snapshot snapshot;
    snapshot.node = HostName();
    reads.Read({catalog::Lane::kFull}, snapshot);
    std::this_thread::sleep_for(kRatePause);
    reads.ReadAll(snapshot);
    hangs_ = !reads.hang().ok();
    // What the kubelet does not tell is in the snapshot, and so in the decisions.
    Holders(pod_resources_socket).Ask(snapshot).IgnoreError();
    store_.Publish(std::make_shared<const telemetry::Snapshot>(std::move(snapshot)));
  }

  absl::StatusOr<decision::v1::Decision> Explain(
      const decision::v1::ExplainRequest& request) override {
    const serving::ScalerContext context = {store_, windows_, signs_, {}, role_};
    return *serving::Explain(request, context, base::Now(), std::chrono::system_clock::now(),
                             false);
  }

  bool hangs() const override { return hangs_; }

 private:
  telemetry::Store store_;
  serving::ValueWindows windows_;
  serving::LastSigns signs_;
  const serving::Role role_;
  bool hangs_ = false;
};

}  // namespace

std::unique_ptr<Explainer> LocalExplainer(std::unique_ptr<sources::Source> source,
                                          const std::string& pod_resources_socket) {
  return std::make_unique<Local>(std::move(source), pod_resources_socket);
}

}  // namespace gpuscaler::cli
