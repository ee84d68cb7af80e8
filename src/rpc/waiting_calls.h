// Calls that wait for their client: for its request, or until it has taken the
// answer. A client can open calls faster than it ends them and gRPC keeps each,
// so there are limits to how many wait and for how long.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "absl/status/status.h"
#include "base/time.h"
#include "rpc/loop.h"

namespace gpuscaler::rpc {

class WaitingCalls;

class WaitingCall : public boost::intrusive::list_base_hook<> {
 public:
  virtual ~WaitingCall() = default;
  // gRPC's name of the connection: "ipv4:10.0.0.7:40122".
  virtual std::string peer() const = 0;
  // Ends the call as soon as can be. Until the client has taken the status it
  // may wait among others.
  virtual void GiveUp(const absl::Status& why) = 0;

 private:
  friend class WaitingCalls;
  WaitingCalls* among_ = nullptr;
  std::string holder_;  // peer() when it entered
  bool slow_ = false;
  base::SteadyTime since_;
};

// The loop's thread only.
class WaitingCalls final : public Sleeper {
 public:
  struct Limits {
    size_t most;       // in all; at twice as many connections are closed
    size_t most_slow;  // that have waited for longer than `grace`
    base::Duration grace = std::chrono::seconds(1);
    base::Duration longest;  // for each
  };
  // `what`: what they wait for, for the status. Above a limit the connections
  // that hold the most of them are given to `close_connection` and their calls
  // are given up: whoever holds few is not the one who floods.
  WaitingCalls(Loop& loop, Limits limits, std::string_view what,
               std::function<void(const std::string& peer)> close_connection);

  // Whether another call of this connection is better refused than entered: the
  // limit is reached, and the connection holds more than an eighth of it.
  bool Refuses(const std::string& peer) const;
  void Enter(WaitingCall& call, base::SteadyTime now);
  // Not among these: nothing.
  void Leave(WaitingCall& call);
  size_t size() const { return young_.size() + slow_.size(); }
  // Adds the connections that hold any.
  void AddPeers(std::unordered_set<std::string>& peers) const;

  void Poll(base::SteadyTime now) override;
  base::SteadyTime due() const override;
  // The server goes down: nobody is waited for longer than a second.
  void End() override;

 private:
  using List = boost::intrusive::list<WaitingCall>;

  void AgeUntil(base::SteadyTime now);
  void CloseTheFullest(List& calls, size_t down_to);

  Loop& loop_;
  Limits limits_;
  const std::string_view what_;
  const std::function<void(const std::string&)> close_connection_;
  std::unordered_map<std::string, size_t> held_;  // by peer
  // The longest waiting first.
  List young_;
  List slow_;
};

}  // namespace gpuscaler::rpc
