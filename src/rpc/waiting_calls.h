// Calls that wait for their client: for its request, or until it has taken the
// answer. A client can open calls faster than it ends them and gRPC keeps each,
// so there is a limit to how many wait and for how long.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>
#include <string>
#include <string_view>

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
  // Ends the call as soon as can be; it is in no list any more.
  virtual void GiveUp(const absl::Status& why) = 0;

 private:
  friend class WaitingCalls;
  WaitingCalls* among_ = nullptr;
  base::SteadyTime since_;
};

// The loop's thread only.
class WaitingCalls final : public Sleeper {
 public:
  struct Limits {
    size_t most;             // on the whole server
    base::Duration longest;  // for each
  };
  // `what`: what they wait for, for the status. Above the limit the connection
  // that holds the most of them is given to `close_connection` and its calls
  // are given up: whoever holds few is not the one who floods.
  WaitingCalls(Loop& loop, Limits limits, std::string_view what,
               std::function<void(const std::string& peer)> close_connection);

  void Enter(WaitingCall& call, base::SteadyTime now);
  // Not among these: nothing.
  void Leave(WaitingCall& call);
  size_t size() const { return calls_.size(); }

  void Poll(base::SteadyTime now) override;
  base::SteadyTime due() const override;
  // The server goes down: nobody is waited for longer than a second.
  void End() override;

 private:
  void CloseTheFullest();
  void GiveUp(WaitingCall& call, const absl::Status& why);

  Loop& loop_;
  Limits limits_;
  const std::string_view what_;
  const std::function<void(const std::string&)> close_connection_;
  boost::intrusive::list<WaitingCall> calls_;  // the longest waiting first
};

}  // namespace gpuscaler::rpc
