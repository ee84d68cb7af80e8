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

namespace {

// After an address ceased to answer its name may list it a little longer.
constexpr base::Duration kLookOften = std::chrono::seconds(5);

}  // namespace

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
    const base::Duration pause = LookupPause();
    lookup_due_at_ = looked_up_at_ + pause - services_.Jitter(pause / 5);
    while (!stopped_ && base::Now() < lookup_due_at_) {
      timer_.expires_at(lookup_due_at_);
      co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
}

base::Duration EndpointScrape::LookupPause() const {
  const ScraperOptions& options = services_.options;
  const bool often = book_.addresses().empty() || looked_up_at_ < ceased_at_ + kLookOften;
  return often ? options.soonest_lookup : options.lookup_period;
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
  ceased_at_ = base::Now();
  lookup_due_at_ = std::min(lookup_due_at_, looked_up_at_ + services_.options.soonest_lookup);
  timer_.cancel();
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
  view.addresses.reserve(addresses_.size());
  for (const auto& [address, scrape] : addresses_) view.addresses.push_back(scrape->view());
  std::set<IpAddress> ceased;
  for (const AddressView& each : view.addresses) {
    if (each.last_success && !each.status.ok()) ceased.insert(each.address);
  }
  const bool one_more =
      !std::includes(ceased_.begin(), ceased_.end(), ceased.begin(), ceased.end());
  ceased_ = std::move(ceased);
  if (one_more) LookAgain();
  endpoint_->board->Publish(std::move(view));
  published_(board().endpoint());
}

}  // namespace gpuscaler::engines
