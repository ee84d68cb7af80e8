#include "engines/engine_signals.h"

#include <utility>

#include "engines/endpoint/shown_url.h"
#include "engines/exposition/absent_series.h"
#include "engines/scraping/resolver.h"
#include "engines/scraping/scraper.h"
#include "engines/signal_reader.h"
#include "engines/wanted_signals.h"

namespace gpuscaler::engines {
namespace {

SignalAddress AddressOf(const AddressView& view, const std::string& signal) {
  SignalAddress address = {view.address.ToString(), view.status, std::nullopt,
                           absl::UnavailableError("it was not read yet")};
  const auto* values = static_cast<const SignalValues*>(view.payload.get());
  const absl::StatusOr<double>* value = values != nullptr ? values->Find(signal) : nullptr;
  if (value == nullptr) return address;
  address.read_at = view.last_success;
  address.value = *value;
  address.absent = IsAbsentSeries(value->status());
  return address;
}

}  // namespace

class EngineSignals::Impl {
 public:
  Impl(ScraperOptions options, std::shared_ptr<Resolver> resolver, std::function<void()> news,
       base::Duration stale_after)
      : stale_after_(stale_after),
        wanted_(options.forget_after),
        news_(std::move(news)),
        scraper_(
            std::move(options),
            resolver != nullptr ? std::move(resolver) : std::make_shared<SystemResolver>(),
            [this](const ScrapeContext& context) {
              return std::make_unique<SignalReader>(
                  wanted_.Of(context.endpoint.ToUrl(), context.began), context,
                  SampleClock{std::chrono::system_clock::now(), stale_after_}, room_);
            },
            [this](const Endpoint&) { news_(); }) {}

  absl::StatusOr<SignalView> Read(const SignalSource& source, base::SteadyTime now,
                                  std::optional<Hurry> hurry) {
    SignalView view;
    const std::string url = source.endpoint.ToUrl();
    view.endpoint = ShownUrl(url);
    view.signal = source.signal->name;
    if (absl::Status wanted = wanted_.Want(url, *source.signal, now); !wanted.ok()) {
      return wanted;
    }
    const auto endpoint =
        hurry ? scraper_.Want(source.endpoint, *hurry) : scraper_.Want(source.endpoint);
    if (!endpoint.ok()) {
      wanted_.Forget(url);
      return endpoint.status();
    }
    const EndpointView& known = **endpoint;
    view.resolution = known.resolution;
    view.once_resolved = known.once_resolved;
    view.surplus = known.surplus;
    view.settled = known.settled();
    view.news = {known.version, known.newest};
    for (const AddressView& each : known.addresses) {
      view.addresses.push_back(AddressOf(each, view.signal));
      // One that answers has not been asked for this signal yet.
      if (each.status.ok() && !view.addresses.back().read_at) view.settled = false;
    }
    return view;
  }

  ScraperStats Stats() const { return scraper_.Stats(); }
  void Stop() { scraper_.Stop(); }

 private:
  const base::Duration stale_after_;
  WantedSignals wanted_;
  const std::shared_ptr<SeriesRoom> room_ = std::make_shared<SeriesRoom>(SeriesRoom::kMost);
  const std::function<void()> news_;
  Scraper scraper_;  // last: its thread uses everything above
};

EngineSignals::EngineSignals(ScraperOptions options, std::shared_ptr<Resolver> resolver,
                             std::function<void()> news, base::Duration stale_after)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(resolver), std::move(news),
                                   stale_after)) {}

EngineSignals::~EngineSignals() = default;

absl::StatusOr<SignalView> EngineSignals::Read(const SignalSource& source, base::SteadyTime now,
                                               std::optional<Hurry> hurry) {
  return impl_->Read(source, now, hurry);
}

ScraperStats EngineSignals::Stats() const {
  return impl_->Stats();
}

void EngineSignals::Stop() {
  impl_->Stop();
}

}  // namespace gpuscaler::engines
