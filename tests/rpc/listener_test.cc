#include "rpc/listener.h"

#include <gtest/gtest.h>

namespace gpuscaler::rpc {
namespace {

TEST(Listener, TakesAFreePortAndTellsWhichOne) {
  const auto listener = Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_NE(BoundPort(*listener), 0);
}

TEST(Listener, SaysThatAPortIsInUse) {
  const auto first = Listen("127.0.0.1", 0);
  ASSERT_TRUE(first.ok());
  const uint16_t port = BoundPort(*first);
  const auto second = Listen("127.0.0.1", port);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_NE(second.status().message().find("127.0.0.1:" + std::to_string(port)), std::string::npos)
      << second.status();
}

TEST(Listener, SaysThatAPortIsInUseOnEveryAddress) {
  const auto first = Listen("", 0);
  ASSERT_TRUE(first.ok());
  const auto second = Listen("", BoundPort(*first));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
}

TEST(Listener, RefusesWhatIsNoAddress) {
  EXPECT_EQ(Listen("localhost", 0).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace gpuscaler::rpc
