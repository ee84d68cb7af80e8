// One node's stream as the gateway holds it: hears reports, says what it asks for.
// The report server's thread only.
#pragma once

#include <optional>
#include <string>

#include "fleet/collector.h"
#include "fleet/hot_gpus.h"
#include "fleet/report_allowance.h"
#include "fleet/report_reader.h"
#include "rpc/call.h"
#include "rpc/conversation.h"

namespace gpuscaler::fleet {

class ReportStream final : public rpc::Conversation {
 public:
  // Bytes of a report of a node with thousands of pods. One that is larger is refused by name; its
  // server must take more, or gRPC ends the stream before anybody knows whose it is.
  static constexpr size_t kLargestReport = 1 << 20;
  static constexpr int kLargestMessage = 4 << 20;

  // `collector` must outlive it.
  ReportStream(Collector& collector, rpc::Caller caller);
  ~ReportStream() override;

  absl::Status GoesOn(base::SteadyTime now) override;
  std::optional<grpc::ByteBuffer> NextBytes(base::SteadyTime now) override;
  base::SteadyTime due() const override;
  bool listens() const override { return allowance_.Has(); }
  absl::Status OnBytes(grpc::ByteBuffer& bytes) override;
  void OnBreak() override;

 private:
  absl::Status HearBytes(grpc::ByteBuffer& bytes, base::SteadyTime now);
  absl::Status Hear(const telemetry::v1::NodeReport& report, base::SteadyTime now);
  // Of the first report.
  absl::StatusOr<telemetry::Snapshot> Join(const telemetry::v1::NodeReport& report,
                                           base::SteadyTime now);

  Collector& collector_;
  const rpc::Caller caller_;
  const Collector::StreamId id_;
  const base::SteadyTime opened_at_;
  base::SteadyTime heard_at_ = {};      // the newest report
  std::optional<ReportReader> reader_;  // once it has joined
  std::string node_;                    // as it calls itself
  ReportAllowance allowance_;
  int in_haste_ = 0;  // reports in a row with which it was scarce
  // What was last asked for.
  std::optional<base::Duration> interval_;
  uint64_t hot_version_ = 0;
  HotGpus::OfNode hot_;
};

}  // namespace gpuscaler::fleet
