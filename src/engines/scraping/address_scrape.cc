#include "engines/scraping/address_scrape.h"

#include <exception>
#include <string>
#include <utility>

#include "base/strings.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "engines/endpoint/shown_url.h"

namespace gpuscaler::engines {

namespace asio = boost::asio;

AddressScrape::AddressScrape(ScrapeServices& services, std::shared_ptr<EndpointShare> endpoint,
                             const IpAddress& address, std::function<void()> changed)
    : services_(services),
      endpoint_(std::move(endpoint)),
      changed_(std::move(changed)),
      connection_(services.io, this->endpoint(), address, services.options.limits, services.trust),
      place_(services.room, endpoint_->places, connection_),
      timer_(services.io) {
  view_.address = address;
  services_.counters.addresses.fetch_add(1, std::memory_order_relaxed);
}

AddressScrape::~AddressScrape() {
  services_.counters.addresses.fetch_sub(1, std::memory_order_relaxed);
}

void AddressScrape::Start() {
  const auto end = [](const std::exception_ptr& thrown) {
    // An address that is read no more must not pass for one that is: out of memory.
    if (thrown != nullptr) std::terminate();
  };
  asio::co_spawn(
      services_.io, [self = shared_from_this()] { return self->Run(); }, end);
}

void AddressScrape::Stop() {
  stopped_ = true;
  timer_.cancel();
  connection_.Close();
}

asio::awaitable<void> AddressScrape::Run() {
  for (bool first = true; !stopped_; first = false) {
    const base::SteadyTime began = base::Now();
    const uint64_t bytes = connection_.wire_bytes();
    absl::Status status;
    try {
      status = co_await Read();
    } catch (const std::exception& thrown) {
      connection_.Close();
      status = absl::InternalError(base::StrCat("the reading failed: ", thrown.what()));
    }
    place_.Return();
    services_.counters.wire_bytes.fetch_add(connection_.wire_bytes() - bytes,
                                            std::memory_order_relaxed);
    if (stopped_) co_return;
    Enter(std::move(status));
    changed_();
    co_await AwaitNext(began, first);
  }
}

void AddressScrape::Enter(absl::Status status) {
  (status.ok() ? services_.counters.succeeded : services_.counters.failed)
      .fetch_add(1, std::memory_order_relaxed);
  view_.attempted = true;
  if (status.ok()) {
    view_.status = std::move(status);
    return;
  }
  std::string where = ShownUrl(endpoint().ToUrl());
  if (!endpoint().literal) base::StrAppend(&where, " at ", view_.address.ToString());
  view_.status = absl::Status(status.code(), base::StrCat(where, ": ", base::Message(status)));
}

asio::awaitable<absl::Status> AddressScrape::Read() {
  auto token = services_.tokens.For(endpoint().HostWithoutDot(), base::Now());
  if (!token.ok()) co_return token.status();
  const base::Duration patience = services_.options.limits.whole;
  const bool has_place = co_await place_.Take(base::Now() + patience);
  if (!has_place && !stopped_) {
    co_return absl::ResourceExhaustedError(base::StrCat("all ", services_.options.max_connections,
                                                        " connections to engines were busy for ",
                                                        base::FormatDuration(patience)));
  }
  if (stopped_) co_return absl::CancelledError("the endpoint is not read any more");
  co_return co_await Fetch(*std::move(token));
}

asio::awaitable<absl::Status> AddressScrape::Fetch(std::optional<std::string> token) {
  std::unique_ptr<BodyReader> reader;
  base::SteadyTime answer_began;
  BodySink sink;
  sink.begin = [&](base::SteadyTime began, std::string_view content_type) {
    answer_began = began;
    reader = services_.factory({endpoint(), view_.address, content_type, began, view_.payload});
    return absl::OkStatus();
  };
  sink.feed = [&](std::string_view chunk) { return reader->Feed(chunk); };
  absl::Status fetched = co_await connection_.Get(std::move(token), std::move(sink));
  if (!fetched.ok()) co_return fetched;
  auto payload = reader->Finish();
  if (!payload.ok()) co_return payload.status();
  view_.last_success = answer_began;
  view_.payload = *std::move(payload);
  co_return absl::OkStatus();
}

asio::awaitable<void> AddressScrape::AwaitNext(base::SteadyTime began, bool first) {
  const base::SteadyTime ended = base::Now();
  // From here on the grid is this address's own.
  if (first) began -= services_.Jitter(services_.options.period);
  while (!stopped_) {
    const base::SteadyTime now = base::Now();
    const base::Duration period = endpoint_->board->PeriodAt(now, services_.options.period);
    const base::SteadyTime due = began + period * ((ended - began) / period + 1);
    if (due <= now) co_return;
    timer_.expires_at(due);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace gpuscaler::engines
