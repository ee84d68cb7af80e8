// One node's stream as the gateway holds it: hears reports, says what it asks for.
// The report server's thread only.
#pragma once

#include <optional>
#include <string>

#include "fleet/collector.h"
#include "fleet/hot_gpus.h"
#include "fleet/report_reader.h"
#include "rpc/call.h"
#include "rpc/conversation.h"

namespace gpuscaler::fleet {

// The method that gateways serve and nodes call.
inline constexpr const char* kFleetService = "gpuscaler.telemetry.v1.Fleet";
inline constexpr const char* kReportMethod = "Report";

// Reports that one stream may send at once, and in a second: a node sends five,
// and one for each change of a hot GPU. What comes faster is not read.
inline constexpr double kMostAtOnce = 20;
inline constexpr double kMostPerSecond = 20;

class ReportStream final : public rpc::Conversation {
 public:
  // `collector` must outlive it.
  ReportStream(Collector& collector, rpc::Caller caller);
  ~ReportStream() override;

  absl::Status GoesOn(base::SteadyTime now) override;
  std::optional<grpc::ByteBuffer> NextBytes(base::SteadyTime now) override;
  base::SteadyTime due() const override;
  bool listens() const override { return allowance_ >= 1; }
  absl::Status OnBytes(grpc::ByteBuffer& bytes) override;

 private:
  absl::Status Hear(const telemetry::v1::NodeReport& report, base::SteadyTime now);
  absl::Status Join(const telemetry::v1::NodeReport& report, base::SteadyTime now);
  void Earn(base::SteadyTime now);

  Collector& collector_;
  const rpc::Caller caller_;
  const Collector::StreamId id_;
  const base::SteadyTime opened_at_;
  std::optional<ReportReader> reader_;  // once it has joined
  std::string node_;                    // as it calls itself
  double allowance_ = kMostAtOnce;      // reports that may be read now
  base::SteadyTime earned_at_;
  // What was last asked for.
  std::optional<base::Duration> interval_;
  uint64_t hot_version_ = 0;
  HotGpus::OfNode hot_;
};

}  // namespace gpuscaler::fleet
