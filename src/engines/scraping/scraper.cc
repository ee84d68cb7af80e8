#include "engines/scraping/scraper.h"

#include <exception>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/strings.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "engines/endpoint/shown_url.h"
#include "engines/scraping/endpoint_scrape.h"
#include "engines/scraping/scrape_services.h"

namespace gpuscaler::engines {

namespace asio = boost::asio;

class Scraper::Impl {
 public:
  Impl(ScraperOptions options, std::shared_ptr<Resolver> resolver, BodyReaderFactory readers,
       News news)
      : news_(std::move(news)),
        services_(io_, std::move(options), std::move(resolver), std::move(readers)),
        forget_timer_(io_) {
    asio::co_spawn(io_, ForgetUnwanted(), [](const std::exception_ptr& thrown) {
      // Without it the loop would end: out of memory.
      if (thrown != nullptr) std::terminate();
    });
    thread_ = std::jthread([this] {
      base::SetThreadName("engines");
      Run();
    });
  }
  ~Impl() { Stop(); }

  absl::StatusOr<std::shared_ptr<const EndpointView>> Want(const Endpoint& endpoint,
                                                           const Hurry* hurry) {
    if (absl::Status checked = services_.options.rules.Check(endpoint); !checked.ok()) {
      return checked;
    }
    const base::SteadyTime now = base::Now();
    auto board = BoardOf(endpoint, now);
    if (!board.ok()) return board.status();
    if (hurry != nullptr && (*board)->Hasten(*hurry, now)) {
      asio::post(io_, [this, url = endpoint.ToUrl()] {
        if (const auto at = scrapes_.find(url); at != scrapes_.end()) at->second->Hasten();
      });
    }
    return (*board)->view();
  }

  ScraperStats Stats() const {
    const auto get = [](const std::atomic<uint64_t>& counter) {
      return counter.load(std::memory_order_relaxed);
    };
    const ScrapeCounters& counters = services_.counters;
    ScraperStats stats;
    stats.succeeded = get(counters.succeeded);
    stats.failed = get(counters.failed);
    stats.wire_bytes = get(counters.wire_bytes);
    stats.lookups_failed = get(counters.lookups_failed);
    stats.addresses = get(counters.addresses);
    stats.open_connections = services_.room.held();
    base::MutexLock lock(mutex_);
    stats.endpoints = boards_.size();
    return stats;
  }

  void Stop() {
    if (!thread_.joinable()) return;
    {
      base::MutexLock lock(mutex_);
      stopped_ = true;
    }
    asio::post(io_, [this] {
      for (const auto& [url, scrape] : std::exchange(scrapes_, {})) scrape->Stop();
      services_.names.Close();
      services_.room.Close();
      forgetting_ = false;
      forget_timer_.cancel();
    });
    thread_.join();
  }

 private:
  absl::StatusOr<std::shared_ptr<EndpointBoard>> BoardOf(const Endpoint& endpoint,
                                                         base::SteadyTime now) {
    const std::string url = endpoint.ToUrl();
    base::MutexLock lock(mutex_);
    if (stopped_) return absl::CancelledError("engines are not read any more: shutting down");
    if (const auto known = boards_.find(url); known != boards_.end()) {
      known->second->Want(now);
      return known->second;
    }
    if (boards_.size() >= services_.options.max_endpoints) {
      return absl::ResourceExhaustedError(
          base::StrCat("no room for the endpoint ", ShownUrl(url), ": ", boards_.size(),
                       " others are read, the most that there may be"));
    }
    auto board = std::make_shared<EndpointBoard>(endpoint, now);
    boards_.emplace(url, board);
    // Under the lock: what is posted while there is a stop comes before that.
    asio::post(io_, [this, board] { Begin(board); });
    return board;
  }

  void Begin(const std::shared_ptr<EndpointBoard>& board) {
    auto scrape = std::make_shared<EndpointScrape>(services_, board, news_);
    scrapes_[board->endpoint().ToUrl()] = scrape;
    scrape->Start();
  }

  // A connection that fails comes back as a value; what is thrown nevertheless, for
  // want of memory, ends the handler that threw and not the loop.
  void Run() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception& thrown) {
        base::LogError("reading engines failed", {{"error", thrown.what()}});
      }
    }
  }

  asio::awaitable<void> ForgetUnwanted() {
    while (forgetting_) {
      forget_timer_.expires_after(
          std::min<base::Duration>(services_.options.forget_after / 4, std::chrono::seconds(5)));
      co_await forget_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      Forget(base::Now() - services_.options.forget_after);
    }
  }

  void Forget(base::SteadyTime not_wanted_since) {
    std::erase_if(scrapes_, [&](const auto& each) {
      const auto& [url, scrape] = each;
      {
        base::MutexLock lock(mutex_);
        if (scrape->board().wanted() >= not_wanted_since) return false;
        boards_.erase(url);
      }
      scrape->Stop();
      return true;
    });
  }

  const News news_;
  mutable base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<EndpointBoard>> boards_ ABSL_GUARDED_BY(mutex_);  // by URL
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  asio::io_context io_{1};  // one thread runs it
  // The engines' thread only.
  ScrapeServices services_;
  std::map<std::string, std::shared_ptr<EndpointScrape>> scrapes_;  // by URL
  asio::steady_timer forget_timer_;
  bool forgetting_ = true;
  std::jthread thread_;  // last: it uses everything above
};

Scraper::Scraper(ScraperOptions options, std::shared_ptr<Resolver> resolver,
                 BodyReaderFactory readers, News news)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(resolver), std::move(readers),
                                   std::move(news))) {}
Scraper::~Scraper() = default;

absl::StatusOr<std::shared_ptr<const EndpointView>> Scraper::Want(const Endpoint& endpoint) {
  return impl_->Want(endpoint, nullptr);
}

absl::StatusOr<std::shared_ptr<const EndpointView>> Scraper::Want(const Endpoint& endpoint,
                                                                  const Hurry& hurry) {
  return impl_->Want(endpoint, &hurry);
}

ScraperStats Scraper::Stats() const {
  return impl_->Stats();
}

void Scraper::Stop() {
  impl_->Stop();
}

}  // namespace gpuscaler::engines
