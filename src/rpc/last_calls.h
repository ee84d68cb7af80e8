// The end of a server, as its clients see it: calls that have come, and those
// that still come because no client knows yet, are answered; then each
// connection is closed here once no call is under way on it.
//
// gRPC's own shutdown throws away what it has not handed over, and the client of
// such a call sees CANCELLED, as if it had given up itself. On a connection that
// is closed it sees UNAVAILABLE, after which it may try again.
#pragma once

#include <functional>
#include <future>
#include <string>
#include <unordered_set>

#include "base/time.h"
#include "rpc/loop.h"

namespace gpuscaler::rpc {

struct Switchboard;

// The loop's thread only, but for Await.
class LastCalls final : public Sleeper {
 public:
  using Peers = std::unordered_set<std::string>;

  // No call for so long: whoever calls now and then has been answered.
  static constexpr base::Duration kQuiet = std::chrono::milliseconds(100);
  // One who calls without pause is not answered for ever.
  static constexpr base::Duration kLongest = std::chrono::milliseconds(500);

  // Begins when the loop drains. `close_all_but` closes the connections of all
  // peers but those given, as gRPC names them.
  LastCalls(Switchboard& board, std::function<void(const Peers& busy)> close_all_but);

  // Any thread. Until all connections are closed, for `patience` at most.
  void Await(base::Duration patience);

  void Poll(base::SteadyTime now) override;
  base::SteadyTime due() const override { return look_at_; }
  void End() override;

 private:
  void Look(base::SteadyTime now);

  Switchboard& board_;
  const std::function<void(const Peers&)> close_all_but_;
  base::SteadyTime begun_ = kNever;
  base::SteadyTime look_at_ = kNever;  // kNever: not begun, or done
  base::SteadyTime quiet_since_ = kNever;
  uint64_t arrived_ = 0;
  std::promise<void> done_;
};

}  // namespace gpuscaler::rpc
