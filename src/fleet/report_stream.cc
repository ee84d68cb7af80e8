#include "fleet/report_stream.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/match.h"
#include "base/log.h"
#include "base/strings.h"

namespace gpuscaler::fleet {
namespace {

namespace v1 = telemetry::v1;

// At which a fleet is small enough to report every change of every GPU.
constexpr base::Duration kAllHotInterval = std::chrono::milliseconds(200);

// A stream on which nobody says who it is holds a place for nothing.
constexpr base::Duration kHelloPatience = std::chrono::seconds(10);
// Nor does one of a node that is gone, or reports on another.
constexpr base::Duration kLongestSilence = std::chrono::seconds(30);
// Reports in a row with a scarce allowance that are no burst any more: 3 s.
constexpr int kHasty = static_cast<int>(3 * ReportAllowance::kMostPerSecond);

// Names of nodes in a certificate: as the kubelet's own have them, and as the
// last part of a SPIFFE id.
std::optional<std::string_view> NodeOf(std::string_view certificate_name) {
  constexpr std::string_view kKubelet = "system:node:";
  constexpr std::string_view kSpiffe = "/node/";
  if (certificate_name.starts_with(kKubelet)) return certificate_name.substr(kKubelet.size());
  const size_t place = certificate_name.rfind(kSpiffe);
  if (!absl::StartsWithIgnoreCase(base::ToAbsl(certificate_name), "spiffe://") ||
      place == std::string_view::npos) {
    return std::nullopt;
  }
  return certificate_name.substr(place + kSpiffe.size());
}

void TellOfSharedCertificate(const rpc::Caller& caller) {
  static std::once_flag told;
  std::call_once(told, [&caller] {
    base::LogInfo(
        "a node's certificate names no node: whoever has such a one may report for any node",
        {{"certificate", caller.certificate_names.front()},
         {"namesANode", "system:node:NAME, spiffe://.../node/NAME"}});
  });
}

// OK where the certificate names no node.
absl::Status CheckName(const rpc::Caller& caller, const std::string& node) {
  std::string others;
  bool any = false;
  for (const std::string& name : caller.certificate_names) {
    const auto certified = NodeOf(name);
    if (!certified) continue;
    if (*certified == node) return absl::OkStatus();
    any = true;
    base::AppendItem(&others, base::StrCat("\"", *certified, "\""));
  }
  if (!any) {
    if (!caller.certificate_names.empty()) TellOfSharedCertificate(caller);
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      base::StrCat("the certificate is node ", others, "'s; it cannot report for \"", node, "\""));
}

}  // namespace

ReportStream::ReportStream(Collector& collector, rpc::Caller caller)
    : collector_(collector),
      caller_(std::move(caller)),
      id_(collector.NewStream()),
      opened_at_(base::Now()),
      allowance_(opened_at_, ReportAllowance::kMostRead) {}

ReportStream::~ReportStream() {
  if (reader_) collector_.Leave(id_, node_);
}

base::SteadyTime ReportStream::due() const {
  if (!reader_) return opened_at_ + kHelloPatience;
  return listens() ? heard_at_ + kLongestSilence : allowance_.due();
}

absl::Status ReportStream::GoesOn(base::SteadyTime now) {
  if (reader_ && now >= heard_at_ + kLongestSilence) {
    return absl::DeadlineExceededError(
        base::StrCat("no report came for ", base::FormatDuration(kLongestSilence)));
  }
  if (reader_ || now < opened_at_ + kHelloPatience) return absl::OkStatus();
  return absl::DeadlineExceededError(
      base::StrCat("no report came for ", base::FormatDuration(kHelloPatience)));
}

std::optional<grpc::ByteBuffer> ReportStream::NextBytes(base::SteadyTime now) {
  allowance_.Earn(now);
  if (!reader_) return std::nullopt;
  const base::Duration interval = collector_.report_interval();
  const uint64_t version = collector_.hot().version();
  const bool looked = std::exchange(hot_version_, version) == version && interval_ == interval;
  if (looked) return std::nullopt;
  HotGpus::OfNode hot = collector_.hot().Of(node_);
  // Every change of a large fleet would be more than a gateway can take.
  hot.all = hot.all && interval <= kAllHotInterval;
  if (interval_ == interval && hot == hot_) return std::nullopt;
  interval_ = interval;
  hot_ = std::move(hot);
  v1::ReportControl control;
  control.set_interval_ms(static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(interval).count()));
  for (const std::string& uuid : hot_.uuids) control.add_hot_gpu_uuids(uuid);
  control.set_all_hot(hot_.all);
  return rpc::WriteMessage(control);
}

absl::Status ReportStream::OnBytes(grpc::ByteBuffer& bytes) {
  const base::SteadyTime now = base::Now();
  allowance_.Earn(now);
  allowance_.Take();
  in_haste_ = allowance_.IsScarce() ? in_haste_ + 1 : 0;
  if (in_haste_ == kHasty) {
    in_haste_ = 0;
    collector_.IsHasty(node_, caller_.peer, now);
  }
  absl::Status heard = HearBytes(bytes, now);
  if (!heard.ok()) collector_.Refused(node_, caller_.peer, heard, now);
  return heard;
}

void ReportStream::OnBreak() {
  collector_.Broke(node_, caller_.peer, base::Now());
}

absl::Status ReportStream::HearBytes(grpc::ByteBuffer& bytes, base::SteadyTime now) {
  if (bytes.Length() > kLargestReport) {
    return absl::InvalidArgumentError(base::StrCat("a report of ", bytes.Length(),
                                                   " bytes; allowed are at most ", kLargestReport));
  }
  v1::NodeReport& report = collector_.scratch();
  if (absl::Status read = rpc::ReadMessageInto(bytes, report); !read.ok()) return read;
  return Hear(report, now);
}

absl::Status ReportStream::Hear(const v1::NodeReport& report, base::SteadyTime now) {
  if (reader_ && report.has_hello()) {
    return absl::InvalidArgumentError("hello is for a stream's first report alone");
  }
  heard_at_ = now;
  auto snapshot = reader_ ? reader_->Read(report, now) : Join(report, now);
  if (!snapshot.ok()) return snapshot.status();
  return collector_.Take(id_, *std::move(snapshot), now, hot_);
}

absl::StatusOr<telemetry::Snapshot> ReportStream::Join(const v1::NodeReport& report,
                                                       base::SteadyTime now) {
  if (absl::Status checked = CheckHello(report.hello()); !checked.ok()) return checked;
  node_ = report.hello().node();
  if (absl::Status checked = CheckName(caller_, node_); !checked.ok()) return checked;
  // Who says what cannot be true takes nobody's place.
  ReportReader reader(report.hello(), nullptr);
  auto snapshot = reader.Read(report, now);
  if (!snapshot.ok()) return snapshot.status();
  auto previous = collector_.Join(id_, node_, caller_.peer, now, report.hello().instance());
  if (!previous.ok()) return previous.status();
  if (*previous == nullptr) {
    reader_ = std::move(reader);
    return snapshot;
  }
  reader_.emplace(report.hello(), *std::move(previous));
  return reader_->Read(report, now);
}

}  // namespace gpuscaler::fleet
