#include "rpc/connection_gate.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>
#include <vector>

#include "await.h"
#include "base/time.h"
#include "rpc/socket.h"

namespace gpuscaler::rpc {
namespace {

// Keeps what the gate hands over, as gRPC would.
class Keeper {
 public:
  void Keep(int fd) {
    const std::lock_guard lock(mutex_);
    kept_.emplace_back(fd);
  }
  size_t size() {
    const std::lock_guard lock(mutex_);
    return kept_.size();
  }
  // As gRPC closes: shut down first.
  void CloseOne() {
    const std::lock_guard lock(mutex_);
    shutdown(kept_.back().get(), SHUT_RDWR);
    kept_.pop_back();
  }

 private:
  std::mutex mutex_;
  std::vector<base::Descriptor> kept_;
};

class GateTest : public testing::Test {
 protected:
  void Open(ConnectionGate::Limits limits) {
    auto listener = Listen("127.0.0.1", 0);
    ASSERT_TRUE(listener.ok());
    port_ = BoundPort(*listener);
    gate_.emplace(*std::move(listener), limits, [this](int fd, bool) { keeper_.Keep(fd); });
    gate_->Start();
  }

  Keeper keeper_;
  uint16_t port_ = 0;
  std::optional<ConnectionGate> gate_;
};

TEST_F(GateTest, HandsOverUpToTheLimitAndClosesTheRest) {
  Open({.most = 1, .most_local = 1});
  const base::Descriptor first = Connect(port_);
  const base::Descriptor second = Connect(port_);
  const base::Descriptor third = Connect(port_);
  EXPECT_TRUE(IsClosedByPeer(third));
  EXPECT_EQ(keeper_.size(), 2u);
  EXPECT_EQ(gate_->accepted(), 3u);
  EXPECT_EQ(gate_->refused(), 1u);
  EXPECT_EQ(gate_->open(), 2u);
}

TEST_F(GateTest, AClientThatLeavesMakesRoom) {
  Open({.most = 0, .most_local = 1});
  {
    const base::Descriptor first = Connect(port_);
    Await([this] { return gate_->open() == 1; });
  }
  Await([this] { return gate_->open() == 0; });
  const base::Descriptor second = Connect(port_);
  Await([this] { return keeper_.size() == 2; });
}

TEST_F(GateTest, WhoHoldsAllConnectionsMakesRoomForAnother) {
  Open({.most = 3, .most_local = 0});
  std::vector<base::Descriptor> greedy;
  for (int i = 0; i < 3; ++i) greedy.push_back(Connect(port_, 1));
  Await([this] { return gate_->open() == 3; });
  const base::Descriptor newcomer = Connect(port_, 2);
  Await([this] { return keeper_.size() == 4; });
  EXPECT_TRUE(IsClosedByPeer(greedy[2])) << "its newest";
  EXPECT_EQ(gate_->closed(), 1u);
  EXPECT_EQ(gate_->refused(), 0u);
  const base::Descriptor fourth = Connect(port_, 1);
  EXPECT_TRUE(IsClosedByPeer(fourth)) << "nobody makes room for the one who holds the most";
  EXPECT_EQ(gate_->refused(), 1u);
}

TEST_F(GateTest, AServerThatClosesMakesRoomAndTheClientSeesIt) {
  Open({.most = 0, .most_local = 1});
  const base::Descriptor client = Connect(port_);
  Await([this] { return gate_->open() == 1 && keeper_.size() == 1; });
  keeper_.CloseOne();
  EXPECT_TRUE(IsClosedByPeer(client));
  Await([this] { return gate_->open() == 0; });
}

TEST_F(GateTest, ClosesTheConnectionOfAPeerAndNoOther) {
  Open({});
  const base::Descriptor first = Connect(port_);
  const base::Descriptor second = Connect(port_);
  Await([this] { return keeper_.size() == 2; });
  gate_->CloseConnection("ipv4:127.0.0.1:1");
  gate_->CloseConnection("ipv4:127.0.0.1:" + std::to_string(LocalPort(first)));
  gate_->CloseConnection("");
  EXPECT_TRUE(IsClosedByPeer(first));
  Await([this] { return gate_->open() == 1; });
  EXPECT_EQ(gate_->closed(), 1u);
}

// gRPC's names of IPv6 peers, as of its versions.
TEST_F(GateTest, KnowsAnIpv6PeerByEitherOfItsNames) {
  for (const std::string host : {"ipv6:%5B::1%5D:", "ipv6:[::1]:"}) {
    auto listener = Listen("::1", 0);
    if (!listener.ok()) GTEST_SKIP() << "no IPv6 here";
    const uint16_t port = BoundPort(*listener);
    ConnectionGate gate(*std::move(listener), {}, [this](int fd, bool) { keeper_.Keep(fd); });
    gate.Start();
    const base::Descriptor client = Connect6(port);
    Await([&gate] { return gate.open() == 1; });
    gate.CloseConnection(host + std::to_string(LocalPort(client)));
    EXPECT_TRUE(IsClosedByPeer(client));
    EXPECT_EQ(gate.closed(), 1u);
  }
}

TEST_F(GateTest, OnceStoppedItRefusesAndStillCounts) {
  Open({});
  const base::Descriptor before = Connect(port_);
  Await([this] { return keeper_.size() == 1; });
  gate_->Stop();
  gate_->Stop();
  EXPECT_EQ(Connect(port_).get(), -1);
  EXPECT_EQ(gate_->accepted(), 1u);
}

TEST_F(GateTest, GoesOnAfterDescriptorsRanOut) {
  Open({});
  const base::Descriptor before = Connect(port_);
  Await([this] { return keeper_.size() == 1; });
  std::vector<base::Descriptor> clients;
  for (int i = 0; i < 3; ++i) {  // sockets are made while there are descriptors
    clients.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  rlimit files;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  const rlimit none = {static_cast<rlim_t>(clients.back().get() + 1), files.rlim_max};
  // Every lower number is taken or about to be: accept() fails from here on.
  std::vector<base::Descriptor> fill;
  while (true) {
    const int fd = dup(0);
    if (fd < 0) break;
    fill.emplace_back(fd);
    if (fd > clients.back().get()) break;
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const base::Descriptor& client : clients) {
    // From the backlog: accept() has not seen it.
    EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  EXPECT_EQ(accept(-1, nullptr, nullptr), -1);
  EXPECT_EQ(keeper_.size(), 1u);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  fill.clear();
  Await([this] { return keeper_.size() == 4; });
}

}  // namespace
}  // namespace gpuscaler::rpc
