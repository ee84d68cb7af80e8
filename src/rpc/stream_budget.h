// How many streams may be open at once, and whose.
//
// An address may hold more than half of them only as long as nobody else needs
// them: so no client alone can keep all others out, and whoever holds no more
// than half loses none. It goes by addresses, as a client can have any number
// of connections.
#pragma once

#include <boost/intrusive/list.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gpuscaler::rpc {

class StreamBudget;

class OpenStream
    : public boost::intrusive::list_base_hook<boost::intrusive::tag<class StreamBudget>> {
 public:
  virtual ~OpenStream() = default;
  // Somebody else needs its place, which it returns before this is over.
  virtual void Evict() = 0;

 private:
  friend class StreamBudget;
  const std::string* holder_ = nullptr;  // nullptr: it is in no budget
};

// The loop's thread only.
class StreamBudget {
 public:
  explicit StreamBudget(size_t most) : most_(most) {}

  // `peer` as gRPC names a connection: "ipv4:10.0.0.7:40122". False: there is no
  // place.
  bool Take(OpenStream& stream, std::string_view peer);
  // In no budget: nothing.
  void Return(OpenStream& stream);
  size_t most() const { return most_; }

 private:
  using List = boost::intrusive::list<
      OpenStream, boost::intrusive::base_hook<
                      boost::intrusive::list_base_hook<boost::intrusive::tag<class StreamBudget>>>>;

  // Evicts the newest stream of the one who holds more than half, other than
  // `address`. False: nobody does.
  bool MakeRoom(const std::string& address);

  const size_t most_;
  size_t open_ = 0;
  std::unordered_map<std::string, List> held_;  // by address; none is empty
};

}  // namespace gpuscaler::rpc
