// Room for open connections: so many and no more, shared fairly by the endpoints.
// The engines' thread only.
//
// A connection that is kept open between readings holds its place, but gives it up as
// soon as another needs it, the longest idle first. When all are busy, the next
// free place goes to the endpoint that holds the fewest.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>

#include "base/time.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/io_context.hpp"
#include "engines/scraping/connection.h"

namespace gpuscaler::engines {

class ConnectionRoom {
 public:
  // The places that one endpoint holds.
  struct Share {
    size_t held = 0;
  };

  // `places`: at least 1. `io` must outlive the room.
  ConnectionRoom(boost::asio::io_context& io, size_t places) : io_(io), places_(places) {}

  // A connection's place: none, busy, or idle.
  class Place {
   public:
    // All must outlive it.
    Place(ConnectionRoom& room, Share& share, Connection& connection)
        : room_(room), share_(share), connection_(connection) {}
    ~Place() { Leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Before the connection is used. False: there was no room until `until`, or
    // Close() was called.
    boost::asio::awaitable<bool> Take(base::SteadyTime until);
    // After it: the place stays the connection's while that is open and nobody waits.
    void Return();

   private:
    friend ConnectionRoom;
    void Leave();

    ConnectionRoom& room_;
    Share& share_;
    Connection& connection_;
    bool held_ = false;
    bool idle_ = false;
    std::list<Place*>::iterator where_;  // among the idle ones
  };

  // Whoever waits is turned away, and so are others from now on.
  void Close();
  // Any thread.
  size_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  struct Waiter;

  void Grant(Share& share);
  // A place has come free: whom is it for?
  void Next();

  boost::asio::io_context& io_;
  const size_t places_;
  std::atomic<size_t> held_{0};
  bool closed_ = false;
  std::list<Place*> idle_;      // the longest idle first
  std::list<Waiter*> waiting_;  // as they came
};

}  // namespace gpuscaler::engines
