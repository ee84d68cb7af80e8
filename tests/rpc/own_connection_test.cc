#include "rpc/own_connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>

#include "await.h"
#include "rpc/connection_gate.h"
#include "rpc/socket.h"

namespace gpuscaler::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class OwnConnectionTest : public testing::Test {
 protected:
  void Open(const std::string& address, ConnectionGate::Limits limits = {}) {
    auto listener = Listen(address, 0);
    ASSERT_TRUE(listener.ok()) << listener.status();
    port_ = BoundPort(*listener);
    gate_.emplace(*std::move(listener), limits, [this](int fd, bool own) {
      const base::Descriptor closed(fd);
      ++(own ? own_ : others_);
    });
    gate_->Start();
  }

  std::atomic<int> own_{0};
  std::atomic<int> others_{0};
  uint16_t port_ = 0;
  std::optional<ConnectionGate> gate_;
};

TEST_F(OwnConnectionTest, IsKnownByItsEndWhateverTheServerListensOn) {
  for (const std::string address : {"", "127.0.0.1", "0.0.0.0", "::", "::1"}) {
    own_ = 0;
    Open(address);
    auto own = OwnConnection::Bind(address, port_);
    ASSERT_TRUE(own.ok()) << address << own.status();
    gate_->Expect(own->name());
    const auto connected = (*std::move(own)).Connect(seconds(10));
    ASSERT_TRUE(connected.ok()) << address << connected.status();
    Await([this] { return own_ == 1; });
    EXPECT_EQ(others_, 0) << address;
  }
}

TEST_F(OwnConnectionTest, NobodyElseComesInItsPlace) {
  Open("127.0.0.1");
  auto own = OwnConnection::Bind("127.0.0.1", port_);
  ASSERT_TRUE(own.ok());
  gate_->Expect(own->name());
  const base::Descriptor other = Connect(port_);
  Await([this] { return others_ == 1; });
  // From the same port of another address, which is free.
  base::Descriptor twin(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string port = own->name().substr(own->name().rfind(':') + 1);
  sockaddr_in from = {};
  from.sin_family = AF_INET;
  from.sin_port = htons(static_cast<uint16_t>(std::stoi(port)));
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(bind(twin.get(), reinterpret_cast<sockaddr*>(&from), sizeof(from)), 0);
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
  ASSERT_EQ(bind(twin.get(), reinterpret_cast<sockaddr*>(&from), sizeof(from)), 0);
  from.sin_port = htons(port_);
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(twin.get(), reinterpret_cast<sockaddr*>(&from), sizeof(from)), 0);
  Await([this] { return others_ == 2; });
  EXPECT_EQ(own_, 0);
  EXPECT_TRUE((*std::move(own)).Connect(seconds(10)).ok());
  Await([this] { return own_ == 1; });
}

TEST_F(OwnConnectionTest, OneThatIsNoLongerExpectedIsLikeAnyOther) {
  Open("127.0.0.1");
  auto own = OwnConnection::Bind("127.0.0.1", port_);
  ASSERT_TRUE(own.ok());
  gate_->Expect(own->name());
  gate_->Unexpect(own->name());
  EXPECT_TRUE((*std::move(own)).Connect(seconds(10)).ok());
  Await([this] { return others_ == 1; });
  EXPECT_EQ(own_, 0);
}

TEST(OwnConnection, SaysWhatWentWrong) {
  EXPECT_EQ(OwnConnection::Bind("localhost", 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  auto listener = Listen("127.0.0.1", 0);
  const uint16_t port = BoundPort(*listener);
  *listener = base::Descriptor();
  auto own = OwnConnection::Bind("127.0.0.1", port);
  ASSERT_TRUE(own.ok());
  EXPECT_EQ((*std::move(own)).Connect(seconds(10)).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace gpuscaler::rpc
