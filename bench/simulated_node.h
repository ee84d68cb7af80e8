// A node of a simulated fleet: speaks to a gateway as the real one does, on a
// connection of its own, and has eight GPUs that eight pods hold.
//
// pcie_tx_kbps of each GPU is the time at which it was read, in milliseconds of the
// monotonic clock: whoever gets it in an answer knows how old it is.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "fleet/report_schedule.h"
#include "fleet/report_writer.h"
#include "rpc/tag.h"
#include "telemetry/snapshot.h"

namespace gpuscaler::bench {

inline constexpr size_t kGpusPerNode = 8;
inline constexpr const char* kWorkloadNamespace = "production";

class SimulatedNode final : public rpc::Tag {
 public:
  struct Fleet {
    std::string target;  // of the gateway's report port
    std::shared_ptr<grpc::ChannelCredentials> credentials;
    grpc::CompletionQueue& queue;
    size_t nodes;
    // GPU g of node n is held by a pod of Deployment n x 8 + g modulo the number of
    // Deployments, so that each is spread over many nodes.
    size_t workloads;
    base::Duration fast_interval = std::chrono::milliseconds(200);
    size_t open = 0;  // nodes to which the gateway has answered
    size_t ended = 0;
    uint64_t reports = 0;
  };

  SimulatedNode(Fleet& fleet, size_t number);

  void Open();
  // Reports once it may; answers when it wants to be called again.
  base::SteadyTime Tick(base::SteadyTime now);

  // The stream has started, or has come to its end.
  void Proceed(bool ok) override;

 private:
  // Of the fast lane, at or before `now`.
  base::SteadyTime LastReadAt(base::SteadyTime now) const;
  telemetry::Snapshot Read(base::SteadyTime now);
  void Call();
  void End();
  void OnWritten(bool ok);
  void OnRead(bool ok);

  Fleet& fleet_;
  const base::Duration phase_;  // of its fast lane
  telemetry::Snapshot snapshot_;
  std::optional<fleet::ReportWriter> writer_;  // of the stream
  std::shared_ptr<grpc::Channel> channel_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer control_;
  bool started_ = false;
  bool writing_ = false;
  bool ended_ = false;
  bool answered_ = false;
  fleet::ReportSchedule schedule_{std::chrono::seconds(1)};
  base::SteadyTime reported_at_ = {};
  base::SteadyTime call_at_ = {};  // once the stream has ended
  rpc::MemberTag<SimulatedNode> written_tag_{this, &SimulatedNode::OnWritten};
  rpc::MemberTag<SimulatedNode> read_tag_{this, &SimulatedNode::OnRead};
};

}  // namespace gpuscaler::bench
