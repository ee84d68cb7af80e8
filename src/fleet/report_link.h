// A node's stream to one gateway: opened, kept, opened again. What it says is the
// newest snapshot whenever it can say something, never a queue of old ones.
//
// The reporter's loop only.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "fleet/gateway_names.h"
#include "fleet/report_allowance.h"
#include "fleet/report_schedule.h"
#include "fleet/report_writer.h"
#include "fleet/urgent_news.h"
#include "rpc/loop.h"
#include "rpc/tag.h"
#include "telemetry/store.h"

namespace gpuscaler::fleet {

// Asked for each connection, so that renewed certificates are used; never blocks.
using CredentialsSource =
    std::function<absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>>()>;

class ReportLink final : public rpc::Sleeper {
 public:
  struct Options {
    std::string version;    // the program's
    uint64_t instance = 0;  // of the process, at random
    CredentialsSource credentials;
    bool tls = false;  // as these are
  };

  // `loop` and `store`, which holds this node alone, must outlive it.
  ReportLink(const Options& options, GatewayAddress address, rpc::Loop& loop,
             const telemetry::Store& store, uint32_t seed);
  ~ReportLink() override = default;

  void Poll(base::SteadyTime now) override;
  base::SteadyTime due() const override;
  void End() override;

  // The address is not the gateway's any more: the stream is used as long as it
  // lives, and not opened again.
  void Retire() { retired_ = true; }
  void Revive() { retired_ = false; }
  // Nothing is under way and nothing will be.
  bool ended() const { return retired_ && stream_ == nullptr; }

  const GatewayAddress& address() const { return address_; }
  bool open() const { return welcome_; }
  uint64_t reports() const { return reports_; }
  uint64_t failures() const { return failures_; }
  // How often the gateway wants to hear; empty: it has not said.
  std::optional<base::Duration> interval() const;

 private:
  bool MayOpen() const;
  void Open(base::SteadyTime now);
  void Say(base::SteadyTime now);
  void OnStarted(bool ok);
  void OnWritten(bool ok);
  void OnRead(bool ok);
  void OnFinished(bool ok);
  void Break();
  void Fail(const absl::Status& why, base::SteadyTime now, bool hints = false);
  base::Duration Jittered(base::Duration most);

  const Options& options_;
  const GatewayAddress address_;
  rpc::Loop& loop_;
  const telemetry::Store& store_;
  std::minstd_rand random_;

  bool retired_ = false;
  base::SteadyTime retry_at_ = {};  // while there is no stream
  base::Duration backoff_;
  absl::Status told_;    // what the log says of it
  bool hinted_ = false;  // with a hint

  // Of the stream that is open or opening; renewed with it.
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  std::optional<ReportWriter> writer_;
  std::optional<ReportAllowance> allowance_;
  grpc::ByteBuffer control_;
  grpc::Status status_;
  bool started_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool broken_ = false;   // to be finished once nothing is under way
  bool welcome_ = false;  // the gateway has answered
  // What the gateway asks for.
  ReportSchedule schedule_;
  UrgentNews news_;

  uint64_t reports_ = 0;
  uint64_t failures_ = 0;
  rpc::MemberTag<ReportLink> started_tag_{this, &ReportLink::OnStarted};
  rpc::MemberTag<ReportLink> written_tag_{this, &ReportLink::OnWritten};
  rpc::MemberTag<ReportLink> read_tag_{this, &ReportLink::OnRead};
  rpc::MemberTag<ReportLink> finished_tag_{this, &ReportLink::OnFinished};
};

}  // namespace gpuscaler::fleet
