#include "fleet/report_link.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "fleet/report_method.h"
#include "rpc/message.h"
#include "rpc/status.h"

namespace gpuscaler::fleet {
namespace {

namespace v1 = telemetry::v1;
using telemetry::Snapshot;

constexpr base::Duration kFirstBackoff = std::chrono::milliseconds(100);
// Well below WarmUp::kQuiet: a gateway that has just started must not take us for
// missing.
constexpr base::Duration kLongestBackoff = std::chrono::milliseconds(500);
// After an answer that will not be another one soon.
constexpr base::Duration kRefusedBackoff = std::chrono::seconds(5);
constexpr base::Duration kDefaultInterval = std::chrono::seconds(1);
constexpr base::Duration kShortestInterval = std::chrono::milliseconds(50);
constexpr base::Duration kLongestInterval = std::chrono::seconds(10);
constexpr int kSecond = 1000;
constexpr int kLargestControl = 128 * 1024;  // a thousand hot GPUs

std::shared_ptr<grpc::Channel> NewChannel(
    const GatewayAddress& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  // The certificate is the name's, not the address's.
  arguments.SetSslTargetNameOverride(address.host);
  arguments.SetMaxReceiveMessageSize(kLargestControl);
  // An address that does not answer is given up soon, and so is a connection on
  // which nothing is acknowledged.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2 * kSecond);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 15 * kSecond);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5 * kSecond);
  return grpc::CreateCustomChannel(address.target, credentials, arguments);
}

bool WasRead(const Snapshot& snapshot) {
  const telemetry::LaneState& lane = snapshot.lane(catalog::Lane::kFast);
  return lane.sampled_at != base::SteadyTime() || !lane.status.ok();
}

// A gateway that does not like a certificate, or wants one, hangs up without a word, which is all
// that gRPC knows then.
std::string_view HintOf(const absl::Status& why, bool tls) {
  const auto says = [&why](std::string_view text) {
    return base::Message(why).find(text) != std::string_view::npos;
  };
  if (!absl::IsUnavailable(why) || !(says("closed") || says("reset"))) return {};
  return tls ? ": the gateway may not accept this node's certificate, and its log says why"
             : ": does the gateway want TLS? See --report-ca";
}

}  // namespace

ReportLink::ReportLink(const Options& options, GatewayAddress address, rpc::Loop& loop,
                       const telemetry::Store& store, uint32_t seed)
    : options_(options),
      address_(std::move(address)),
      loop_(loop),
      store_(store),
      random_(seed),
      backoff_(kFirstBackoff),
      schedule_(kDefaultInterval) {}

void ReportLink::Poll(base::SteadyTime now) {
  if (stream_ == nullptr) {
    if (MayOpen() && now >= retry_at_) Open(now);
  } else if (started_ && !writing_ && !broken_) {
    Say(now);
  }
}

base::SteadyTime ReportLink::due() const {
  if (stream_ == nullptr) return MayOpen() ? retry_at_ : rpc::kNever;
  return started_ && !writing_ && !broken_ ? schedule_.latest() : rpc::kNever;
}

void ReportLink::End() {
  retired_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

std::optional<base::Duration> ReportLink::interval() const {
  return welcome_ ? std::optional(schedule_.interval()) : std::nullopt;
}

// Before the GPUs were looked for there is nothing to say: the first snapshot wakes
// us.
bool ReportLink::MayOpen() const {
  if (retired_ || loop_.draining()) return false;
  const auto view = store_.Load();
  return !view->nodes().empty() && WasRead(*view->nodes().front());
}

void ReportLink::Open(base::SteadyTime now) {
  const auto credentials = options_.credentials();
  if (!credentials.ok()) {
    // Ours: the files may be whole again in a moment.
    return Fail(absl::UnavailableError(base::ToAbsl(base::Message(credentials.status()))), now);
  }
  channel_ = NewChannel(address_, *credentials);
  context_ = std::make_unique<grpc::ClientContext>();
  writer_.emplace(options_.version, options_.instance);
  allowance_.emplace(now, ReportAllowance::kMostPerSecond);
  started_ = reading_ = writing_ = broken_ = false;
  news_ = {};
  grpc::GenericStub stub(channel_);
  stream_ = stub.PrepareCall(context_.get(), base::StrCat("/", kFleetService, "/", kReportMethod),
                             loop_.queue());
  stream_->StartCall(&started_tag_);
}

void ReportLink::OnStarted(bool ok) {
  started_ = true;
  if (!ok || loop_.closed()) return Break();
  reading_ = true;
  stream_->Read(&control_, &read_tag_);
  Say(base::Now());
}

void ReportLink::Say(base::SteadyTime now) {
  if (loop_.closed()) return;
  const auto newest = store_.Load()->nodes().front();
  allowance_->Earn(now);
  const Snapshot* last = writer_->last();
  const bool due =
      last == nullptr || schedule_.IsDue(now, newest->lane(catalog::Lane::kFast).sampled_at);
  if (!due && (!allowance_->Has() || !news_.In(*newest, *last))) return;
  // Thousands of nodes that join at once do not report in step for ever.
  const base::Duration interval = schedule_.interval();
  if (due) schedule_.Sent(now, last == nullptr ? Jittered(interval) : interval);
  ++reports_;
  allowance_->Take();
  writing_ = true;
  stream_->Write(rpc::WriteMessage(writer_->Next(newest, now)), &written_tag_);
}

void ReportLink::OnWritten(bool ok) {
  writing_ = false;
  if (!ok || broken_) return Break();
  const base::SteadyTime now = base::Now();
  Poll(now);  // what has come in the meantime
  loop_.SweepAt(due());
}

void ReportLink::OnRead(bool ok) {
  reading_ = false;
  if (!ok || broken_ || loop_.closed()) return Break();
  const auto control = rpc::ReadMessage<v1::ReportControl>(control_);
  if (control.ok()) {
    schedule_.SetInterval(
        std::clamp<base::Duration>(std::chrono::milliseconds(control->interval_ms()),
                                   kShortestInterval, kLongestInterval),
        base::Now());
    news_.Want(*control);
  }
  if (!std::exchange(welcome_, true)) {
    backoff_ = kFirstBackoff;
    base::LogInfo("reporting to a gateway", {{"gateway", address_.target}});
    told_ = absl::OkStatus();
    loop_.Wake();  // whoever counts the links
  }
  control_.Clear();
  reading_ = true;
  stream_->Read(&control_, &read_tag_);
  loop_.SweepAt(due());
}

// The stream is over; its status is asked for once nothing else is under way.
void ReportLink::Break() {
  broken_ = true;
  if (reading_ || writing_) return;
  if (loop_.closed()) return;  // the queue takes no more
  stream_->Finish(&status_, &finished_tag_);
}

void ReportLink::OnFinished(bool) {
  const absl::Status why = rpc::FromGrpc(status_);
  const std::string_view hint =
      std::exchange(welcome_, false) ? std::string_view() : HintOf(why, options_.tls);
  stream_.reset();
  context_.reset();
  channel_.reset();
  writer_.reset();
  Fail(hint.empty() ? why : absl::Status(why.code(), base::StrCat(base::Message(why), hint)),
       base::Now(), !hint.empty());
}

void ReportLink::Fail(const absl::Status& why, base::SteadyTime now, bool hints) {
  const bool refused = absl::IsAlreadyExists(why) || absl::IsInvalidArgument(why) ||
                       absl::IsPermissionDenied(why) || absl::IsUnimplemented(why) ||
                       absl::IsResourceExhausted(why) || absl::IsAborted(why);
  retry_at_ = now + (refused ? kRefusedBackoff / 2 + Jittered(kRefusedBackoff)
                             : backoff_ / 2 + Jittered(backoff_ / 2));
  backoff_ = std::min(2 * backoff_, kLongestBackoff);
  loop_.SweepAt(due());
  loop_.Wake();  // whoever counts the links
  // A gateway that stops says goodbye, and one with several addresses hears us on
  // another of them.
  if (why.ok() || retired_ || absl::IsAborted(why)) return;
  ++failures_;
  if (why.code() == told_.code() && (!hints || hinted_)) return;
  told_ = why;
  hinted_ = hints;
  base::LogWarn("cannot report to a gateway",
                {{"gateway", address_.target}, {"error", base::Message(why)}});
}

base::Duration ReportLink::Jittered(base::Duration most) {
  return base::Duration(
      std::uniform_int_distribution<base::Duration::rep>(0, most.count())(random_));
}

}  // namespace gpuscaler::fleet
