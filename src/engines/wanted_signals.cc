#include "engines/wanted_signals.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "engines/endpoint/shown_url.h"

namespace gpuscaler::engines {

absl::Status WantedSignals::Want(const std::string& endpoint, const Signal& signal,
                                 base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  if (!endpoints_.contains(endpoint)) DropOldEndpoints(now);
  Wanted& wanted = endpoints_[endpoint];
  const SignalSet& signals = *wanted.signals;
  const auto found = std::find_if(signals.begin(), signals.end(), [&signal](const Signal& other) {
    return other.name == signal.name;
  });
  if (found != signals.end()) {
    wanted.asked_at[static_cast<size_t>(found - signals.begin())] = now;
    return absl::OkStatus();
  }
  DropOld(wanted, now);
  if (wanted.signals->size() >= kMostOfAnEndpoint) {
    return absl::ResourceExhaustedError(
        base::StrCat(ShownUrl(endpoint), ": triggers want ", kMostOfAnEndpoint,
                     " different metrics of this endpoint already, which is the most; ",
                     signal.name, " is one more"));
  }
  auto more = std::make_shared<SignalSet>(*wanted.signals);
  more->push_back(signal);
  wanted.signals = std::move(more);
  wanted.asked_at.push_back(now);
  return absl::OkStatus();
}

std::shared_ptr<const SignalSet> WantedSignals::Of(const std::string& endpoint,
                                                   base::SteadyTime now) {
  base::MutexLock lock(mutex_);
  const auto found = endpoints_.find(endpoint);
  if (found == endpoints_.end()) return std::make_shared<const SignalSet>();
  DropOld(found->second, now);
  return found->second.signals;
}

void WantedSignals::Forget(const std::string& endpoint) {
  base::MutexLock lock(mutex_);
  endpoints_.erase(endpoint);
}

void WantedSignals::DropOldEndpoints(base::SteadyTime now) {
  for (auto endpoint = endpoints_.begin(); endpoint != endpoints_.end();) {
    DropOld(endpoint->second, now);
    endpoint = endpoint->second.signals->empty() ? endpoints_.erase(endpoint) : std::next(endpoint);
  }
}

void WantedSignals::DropOld(Wanted& wanted, base::SteadyTime now) const {
  const auto is_old = [this, now](base::SteadyTime asked) { return now - asked > forget_after_; };
  if (std::none_of(wanted.asked_at.begin(), wanted.asked_at.end(), is_old)) return;
  Wanted kept;
  auto signals = std::make_shared<SignalSet>();
  for (size_t i = 0; i < wanted.asked_at.size(); ++i) {
    if (is_old(wanted.asked_at[i])) continue;
    signals->push_back((*wanted.signals)[i]);
    kept.asked_at.push_back(wanted.asked_at[i]);
  }
  kept.signals = std::move(signals);
  wanted = std::move(kept);
}

}  // namespace gpuscaler::engines
