#include "fleet/reporter.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/strings.h"
#include "rpc/loop.h"

namespace gpuscaler::fleet {
namespace {

// A fleet that reports five times a second is small, and looks names up once a
// second: a new gateway knows it soon. One that reports once a second is large.
constexpr base::Duration kLookUpPeriod = std::chrono::seconds(1);
constexpr int kLookUpReports = 5;

}  // namespace

class Reporter::Impl {
 public:
  Impl(Options options, telemetry::Store& store)
      : options_(WithInstance(std::move(options))),
        store_(store),
        random_(std::random_device()()),
        loop_(std::make_unique<grpc::CompletionQueue>()) {
    loop_.Start([this](base::SteadyTime) { TendLinks(); });
    subscription_ = store_.Subscribe([this] { loop_.Wake(); });
    resolver_ = std::make_unique<base::PeriodicThread>(
        "resolve", kLookUpPeriod, [this](base::SteadyTime now) { LookUp(now); });
  }

  ~Impl() { EndStreams(); }

  bool StopWithin(base::Duration patience) {
    resolver_->RequestStop();
    EndStreams();
    return resolver_->StopWithin(patience);
  }

  Stats stats() const {
    base::MutexLock lock(mutex_);
    return stats_;
  }

 private:
  static Options WithInstance(Options options) {
    std::random_device random;
    options.link.instance = (uint64_t{random()} << 32) | random();
    return options;
  }

  // The resolver's thread.
  void LookUp(base::SteadyTime now) {
    {
      base::MutexLock lock(mutex_);
      if (now < look_up_at_ && !look_up_soon_) return;
      look_up_soon_ = false;
      const base::Duration period = std::max(kLookUpPeriod, kLookUpReports * interval_);
      look_up_at_ = now + period - kLookUpPeriod / 2;
    }
    std::vector<GatewayAddress> addresses;
    for (const GatewayName& name : options_.gateways) {
      auto found = options_.resolve(name);
      TellOf(name, found.status());
      std::vector<GatewayAddress>& known = known_[base::StrCat(name.host, ":", name.port)];
      if (found.ok()) known = *std::move(found);
      // A name that cannot be looked up keeps its addresses.
      for (const GatewayAddress& address : known) {
        const bool twice = std::any_of(
            addresses.begin(), addresses.end(),
            [&address](const GatewayAddress& other) { return other.target == address.target; });
        if (!twice) addresses.push_back(address);
      }
    }
    {
      base::MutexLock lock(mutex_);
      if (addresses == addresses_) return;
      addresses_ = std::move(addresses);
    }
    loop_.Wake();
  }

  void TellOf(const GatewayName& name, const absl::Status& status) {
    absl::Status& told = told_[base::StrCat(name.host, ":", name.port)];
    if (!status.ok() && told.ok()) {
      base::LogWarn("cannot find the gateways",
                    {{"name", name.host}, {"error", base::Message(status)}});
    } else if (status.ok() && !told.ok()) {
      base::LogInfo("the gateways are found again", {{"name", name.host}});
    }
    told = status;
  }

  // The loop's thread, at each wake.
  void TendLinks() {
    if (loop_.draining()) return;  // the links end
    std::vector<GatewayAddress> addresses;
    {
      base::MutexLock lock(mutex_);
      addresses = addresses_;
    }
    for (const auto& link : links_) {
      // One address behind two names is one gateway.
      const auto found = std::find_if(addresses.begin(), addresses.end(), [&](const auto& address) {
        return address.target == link->address().target;
      });
      if (found == addresses.end()) {
        link->Retire();
      } else {
        link->Revive();
        addresses.erase(found);
      }
    }
    std::erase_if(links_, [this](const auto& link) {
      if (!link->ended()) return false;
      retired_reports_ += link->reports();
      retired_failures_ += link->failures();
      loop_.Detach(link.get());
      return true;
    });
    for (GatewayAddress& address : addresses) {
      links_.push_back(std::make_unique<ReportLink>(options_.link, std::move(address), loop_,
                                                    store_, static_cast<uint32_t>(random_())));
      loop_.Attach(links_.back().get());
    }
    Count();
  }

  void Count() {
    Stats stats = {links_.size(), 0, retired_reports_, retired_failures_};
    base::Duration interval = kLookUpPeriod / kLookUpReports;
    for (const auto& link : links_) {
      if (link->open()) ++stats.open;
      stats.reports += link->reports();
      stats.failures += link->failures();
      interval = std::max(interval, link->interval().value_or(interval));
    }
    base::MutexLock lock(mutex_);
    // A gateway that left may have been replaced: by one with another address.
    look_up_soon_ = look_up_soon_ || stats.open < stats_.open;
    stats_ = stats;
    interval_ = interval;
  }

  void EndStreams() {
    if (subscription_ == 0) return;
    store_.Unsubscribe(std::exchange(subscription_, 0));
    loop_.Drain();
    loop_.Close();
  }

  const Options options_;
  telemetry::Store& store_;
  telemetry::Store::SubscriberId subscription_ = 0;

  mutable base::Mutex mutex_;
  std::vector<GatewayAddress> addresses_ ABSL_GUARDED_BY(mutex_);
  Stats stats_ ABSL_GUARDED_BY(mutex_);
  base::Duration interval_ ABSL_GUARDED_BY(mutex_) = {};  // at which is reported
  base::SteadyTime look_up_at_ ABSL_GUARDED_BY(mutex_) = {};
  bool look_up_soon_ ABSL_GUARDED_BY(mutex_) = false;

  // The resolver's thread only, by host and port.
  std::map<std::string, std::vector<GatewayAddress>> known_;
  std::map<std::string, absl::Status> told_;

  // The loop's thread only.
  std::minstd_rand random_;
  uint64_t retired_reports_ = 0;
  uint64_t retired_failures_ = 0;
  std::vector<std::unique_ptr<ReportLink>> links_;  // outlive the loop's thread
  rpc::Loop loop_;
  std::unique_ptr<base::PeriodicThread> resolver_;
};

Reporter::Reporter(Options options, telemetry::Store& store)
    : impl_(std::make_unique<Impl>(std::move(options), store)) {}

Reporter::~Reporter() = default;

Reporter::Stats Reporter::stats() const {
  return impl_->stats();
}

bool Reporter::StopWithin(base::Duration patience) {
  return impl_->StopWithin(patience);
}

}  // namespace gpuscaler::fleet
