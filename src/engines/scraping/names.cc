#include "engines/scraping/names.h"

#include <utility>

#include "base/strings.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/use_awaitable.hpp"

namespace gpuscaler::engines {
namespace {

namespace asio = boost::asio;

constexpr size_t kMostEntries = 4096;

}  // namespace

// Not an aggregate: GCC 12 reads a flag that it did not set where a coroutine initializes
// one.
struct Names::Waiter {
  Waiter(asio::io_context& io, base::Duration patience) : timer(io, patience) {}

  asio::steady_timer timer;
  std::optional<absl::StatusOr<Addresses>> answer;
};

Names::Names(asio::io_context& io, std::shared_ptr<Resolver> resolver)
    : io_(io), pool_(std::move(resolver)) {}

asio::awaitable<absl::StatusOr<Addresses>> Names::Lookup(std::string name,
                                                         base::Duration patience) {
  if (closed_) co_return absl::CancelledError("shutting down");
  if (entries_.size() >= kMostEntries) MakeRoom();
  Waiter waiter(io_, patience);
  {
    Entry& entry = entries_[name];
    entry.waiters.push_back(&waiter);
    if (!entry.under_way) Begin(name, entry);
  }
  co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (waiter.answer) co_return *std::move(waiter.answer);
  std::erase(entries_[name].waiters, &waiter);
  if (closed_) co_return absl::CancelledError("shutting down");
  co_return absl::DeadlineExceededError(base::StrCat(
      "the name ", name, " could not be looked up within ", base::FormatDuration(patience)));
}

void Names::Begin(const std::string& name, Entry& entry) {
  entry.under_way = true;
  pool_.Submit(
      name, entry.standing, [this, name](absl::StatusOr<Addresses> answer, base::Duration took) {
        asio::post(io_,
                   [this, name, answer = std::move(answer), took] { Answer(name, answer, took); });
      });
}

void Names::Answer(const std::string& name, const absl::StatusOr<Addresses>& answer,
                   base::Duration took) {
  Entry& entry = entries_[name];
  entry.under_way = false;
  entry.standing = took <= LookupPool::kQuick ? Standing::kQuick : Standing::kSlow;
  for (Waiter* waiter : std::exchange(entry.waiters, {})) {
    waiter->answer = answer;
    waiter->timer.cancel();
  }
}

void Names::MakeRoom() {
  std::erase_if(entries_, [](const auto& each) {
    return !each.second.under_way && each.second.waiters.empty();
  });
}

void Names::Close() {
  closed_ = true;
  for (auto& [name, entry] : entries_) {
    for (Waiter* waiter : entry.waiters) waiter->timer.cancel();
  }
}

}  // namespace gpuscaler::engines
