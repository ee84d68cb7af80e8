#include "engines/scraping/connection_room.h"

#include <algorithm>

#include "boost/asio/as_tuple.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/use_awaitable.hpp"

namespace gpuscaler::engines {

namespace asio = boost::asio;

struct ConnectionRoom::Waiter {
  Waiter(asio::io_context& io, base::SteadyTime until, Share& s) : timer(io, until), share(s) {}

  asio::steady_timer timer;
  Share& share;
  bool granted = false;
};

asio::awaitable<bool> ConnectionRoom::Place::Take(base::SteadyTime until) {
  if (room_.closed_) co_return false;
  if (idle_) {
    room_.idle_.erase(where_);
    idle_ = false;
  }
  if (held_) co_return true;
  if (room_.held_ >= room_.places_ && !room_.idle_.empty()) {
    Place& longest = *room_.idle_.front();
    longest.connection_.Close();
    longest.Leave();
  }
  if (room_.held_ < room_.places_ && room_.waiting_.empty()) {
    room_.Grant(share_);
    held_ = true;
    co_return true;
  }
  Waiter waiter(room_.io_, until, share_);
  const auto at = room_.waiting_.insert(room_.waiting_.end(), &waiter);
  co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!waiter.granted) room_.waiting_.erase(at);
  held_ = waiter.granted;
  co_return held_;
}

void ConnectionRoom::Place::Return() {
  if (!held_) return;
  if (!connection_.is_open() || !room_.waiting_.empty() || room_.closed_) {
    connection_.Close();
    return Leave();
  }
  idle_ = true;
  where_ = room_.idle_.insert(room_.idle_.end(), this);
}

void ConnectionRoom::Place::Leave() {
  if (idle_) room_.idle_.erase(where_);
  idle_ = false;
  if (!held_) return;
  held_ = false;
  --share_.held;
  --room_.held_;
  room_.Next();
}

void ConnectionRoom::Grant(Share& share) {
  ++held_;
  ++share.held;
}

void ConnectionRoom::Next() {
  if (waiting_.empty() || held_ >= places_) return;
  // The first of the least: those that came before are served before.
  const auto next = std::min_element(
      waiting_.begin(), waiting_.end(),
      [](const Waiter* a, const Waiter* b) { return a->share.held < b->share.held; });
  Waiter& waiter = **next;
  waiting_.erase(next);
  Grant(waiter.share);
  waiter.granted = true;
  waiter.timer.cancel();
}

void ConnectionRoom::Close() {
  closed_ = true;
  for (Waiter* waiter : waiting_) waiter->timer.cancel();
}

}  // namespace gpuscaler::engines
