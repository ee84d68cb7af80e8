#include "fleet/members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace gpuscaler::fleet {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

TEST(Members, ThereIsRoomUpToTheLimit) {
  Members nodes({.nodes = 2});
  nodes.Add("a", "ipv4:10.0.0.1:1");
  EXPECT_EQ(nodes.RoomFor("ipv4:10.0.0.1:2").value(), "");
  nodes.Add("b", "ipv4:10.0.0.2:1");
  const auto refused = nodes.RoomFor("ipv4:10.0.0.3:1");
  EXPECT_EQ(refused.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(base::Message(refused.status())),
              HasSubstr("holds 2 nodes, the most it takes: --max-nodes=2"));
}

TEST(Members, TheAddressWithTheMostMakesRoomForAnother) {
  Members nodes({.nodes = 3});
  nodes.Add("made-up-1", "ipv4:10.0.0.1:1").stream = 1;
  nodes.Add("made-up-2", "ipv4:10.0.0.1:2").stream = 2;
  nodes.Add("honest", "ipv4:10.0.0.2:1").stream = 3;
  EXPECT_EQ(nodes.RoomFor("ipv4:10.0.0.3:1").value(), "made-up-2") << "its newest";
  EXPECT_EQ(nodes.RoomFor("ipv4:10.0.0.2:7").status().code(), StatusCode::kResourceExhausted)
      << "1 and 1 more are as many as the fullest has";
  EXPECT_EQ(nodes.RoomFor("ipv4:10.0.0.1:7").status().code(), StatusCode::kResourceExhausted)
      << "for its own it makes none";
}

TEST(Members, ItIsFullAboveItsMemoryToo) {
  Members nodes({.nodes = 100, .memory_bytes = 1});
  const auto refused = nodes.RoomFor("ipv4:10.0.0.3:1");
  EXPECT_EQ(refused.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(base::Message(refused.status())),
              testing::AllOf(HasSubstr("it holds 0 and takes "), HasSubstr("--max-memory-mib=0")));
  nodes.Add("made-up-1", "ipv4:10.0.0.1:1").stream = 1;
  nodes.Add("made-up-2", "ipv4:10.0.0.1:2").stream = 2;
  EXPECT_EQ(nodes.RoomFor("ipv4:10.0.0.3:1").value(), "made-up-2");
}

TEST(Members, OneThatLeftIsAMemberNoMore) {
  Members nodes({.nodes = 2});
  nodes.Add("a", "ipv4:10.0.0.1:1").stream = 4;
  nodes.Add("b", "ipv4:10.0.0.2:1");
  EXPECT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes.streams(), 1u);
  nodes.Remove("a");
  EXPECT_EQ(nodes.Find("a"), nullptr);
  EXPECT_EQ(nodes.Find("b")->peer, "ipv4:10.0.0.2:1");
  EXPECT_EQ(nodes.streams(), 0u);
}

TEST(Members, OneThatSaysNothingGoesFirst) {
  Members nodes({.nodes = 3});
  nodes.Add("silent", "ipv4:10.0.0.1:1");
  nodes.Add("newest", "ipv4:10.0.0.1:2").stream = 1;
  nodes.Add("elsewhere", "ipv4:10.0.0.2:1");
  EXPECT_EQ(nodes.RoomFor("ipv4:10.0.0.3:1").value(), "silent");
}

TEST(Members, ANodeThatComesFromElsewhereCountsThere) {
  Members nodes({.nodes = 3});
  Member& moves = nodes.Add("a", "ipv4:10.0.0.1:1");
  moves.stream = 1;
  nodes.Add("b", "ipv4:10.0.0.1:2").stream = 2;
  nodes.Add("c", "ipv4:10.0.0.2:1").stream = 3;
  nodes.Move(moves, "ipv4:10.0.0.2:7");
  EXPECT_EQ(nodes.RoomFor("ipv4:10.0.0.3:1").value(), "c") << "the newest of 10.0.0.2";
  nodes.Remove("c");
  nodes.Add("d", "ipv4:10.0.0.3:1");
  EXPECT_FALSE(nodes.RoomFor("ipv4:10.0.0.4:1").ok()) << "each address has one";
}

}  // namespace
}  // namespace gpuscaler::fleet
