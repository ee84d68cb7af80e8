#include "engines/scraping/endpoint_scrape.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "boost/asio/as_tuple.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/use_awaitable.hpp"

namespace gpuscaler::engines {

namespace asio = boost::asio;

EndpointScrape::EndpointScrape(ScrapeServices& services, std::shared_ptr<EndpointBoard> board,
                               std::function<void(const Endpoint&)> published)
    : services_(services),
      published_(std::move(published)),
      endpoint_(std::make_shared<EndpointShare>(EndpointShare{std::move(board), {}})),
      book_(services.guard),
      timer_(services.io) {}

void EndpointScrape::Start() {
  const auto end = [](const std::exception_ptr& thrown) {
    // An endpoint that is looked up no more must not pass for one that is: out of memory.
    if (thrown != nullptr) std::terminate();
  };
  asio::co_spawn(
      services_.io, [self = shared_from_this()] { return self->Run(); }, end);
}

void EndpointScrape::Stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& [address, scrape] : std::exchange(addresses_, {})) scrape->Stop();
}

void EndpointScrape::Hasten() {
  for (const auto& [address, scrape] : addresses_) scrape->Hasten();
}

asio::awaitable<void> EndpointScrape::Run() {
  while (!stopped_) {
    const absl::StatusOr<Addresses> answer = co_await Lookup();
    if (stopped_) co_return;
    Enter(answer);
    const ScraperOptions& options = services_.options;
    const base::Duration pause =
        book_.addresses().empty() ? options.soonest_lookup : options.lookup_period;
    timer_.expires_after(pause - services_.Jitter(pause / 5));
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<absl::StatusOr<Addresses>> EndpointScrape::Lookup() {
  const Endpoint& endpoint = board().endpoint();
  if (endpoint.literal) co_return Addresses(1, *endpoint.literal);  // to be judged like any other
  co_return co_await services_.names.Lookup(endpoint.host, services_.options.lookup_patience);
}

void EndpointScrape::Enter(const absl::StatusOr<Addresses>& answer) {
  looked_up_ = true;
  looked_up_at_ = base::Now();
  book_.Enter(answer, looked_up_at_);
  if (!book_.status().ok()) {
    services_.counters.lookups_failed.fetch_add(1, std::memory_order_relaxed);
  }
  std::erase_if(addresses_, [&](const auto& each) {
    const auto& listed = book_.addresses();
    const bool gone = std::find(listed.begin(), listed.end(), each.first) == listed.end();
    if (gone) each.second->Stop();
    return gone;
  });
  turned_away_ = 0;
  for (const IpAddress& address : book_.addresses()) Read(address);
  Changed();
}

void EndpointScrape::Read(const IpAddress& address) {
  if (addresses_.contains(address)) return;
  if (services_.counters.addresses.load(std::memory_order_relaxed) >=
      services_.options.max_addresses) {
    ++turned_away_;
    return;
  }
  auto scrape =
      std::make_shared<AddressScrape>(services_, endpoint_, address, [owner = weak_from_this()] {
        if (auto self = owner.lock()) self->Changed();
      });
  addresses_.emplace(address, scrape);
  scrape->Start();
}

void EndpointScrape::LookAgain() {
  if (base::Now() - looked_up_at_ >= services_.options.soonest_lookup) timer_.cancel();
}

void EndpointScrape::Changed() {
  if (std::exchange(publishing_, true)) return;
  asio::post(services_.io, [self = shared_from_this()] { self->Publish(); });
}

void EndpointScrape::Publish() {
  publishing_ = false;
  if (stopped_) return;
  EndpointView view;
  view.resolution = book_.status();
  view.looked_up = looked_up_;
  view.once_resolved = book_.once_resolved();
  view.surplus = book_.surplus() + turned_away_;
  view.version = ++version_;
  view.addresses.reserve(addresses_.size());
  for (const auto& [address, scrape] : addresses_) view.addresses.push_back(scrape->view());
  const auto has_ceased = [](const AddressView& each) {
    return each.last_success && !each.status.ok();
  };
  const auto ceased =
      static_cast<size_t>(std::count_if(view.addresses.begin(), view.addresses.end(), has_ceased));
  if (std::exchange(ceased_, ceased) < ceased) LookAgain();
  endpoint_->board->Publish(std::make_shared<const EndpointView>(std::move(view)));
  published_(board().endpoint());
}

}  // namespace gpuscaler::engines
