#include "rpc/memory_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rpc/socket.h"

namespace gpuscaler::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr uint64_t kMib = 1 << 20;
using Traffic = std::vector<MemoryGuard::Traffic>;

TEST(MemoryGuard, ClosesWhoSendsMostWhileMemoryGrowsAboveTheLimit) {
  MemoryGuard guard(100 * kMib);
  EXPECT_THAT(guard.Tick(60 * kMib, Traffic{{1, 1000}, {2, 1000}, {3, 1000}}), IsEmpty());
  EXPECT_THAT(guard.Tick(101 * kMib, Traffic{{1, 1100}, {2, 900'000}, {3, 500'000}}), IsEmpty())
      << "so little more may be anything";
  EXPECT_THAT(guard.Tick(120 * kMib, Traffic{{1, 1200}, {2, 1'900'000}, {3, 1'000'000}}),
              UnorderedElementsAre(2, 3));
  EXPECT_THAT(guard.Tick(121 * kMib, Traffic{{1, 1300}}), IsEmpty()) << "it has ceased";
  EXPECT_THAT(guard.Tick(140 * kMib, Traffic{{1, 1400}}), IsEmpty())
      << "what the closed ones sent is still worked off";
  for (int i = 0; i < 100; ++i) guard.Tick(140 * kMib, Traffic{{1, 1500}});
  EXPECT_THAT(guard.Tick(150 * kMib, Traffic{{1, 400'000}}), ElementsAre(1));
}

TEST(MemoryGuard, BelowTheLimitAndWithoutOneNobodyIsClosed) {
  MemoryGuard guard(100 * kMib);
  EXPECT_FALSE(guard.NeedsTraffic(50 * kMib));
  EXPECT_TRUE(guard.NeedsTraffic(51 * kMib));
  for (uint64_t mib = 10; mib < 100; mib += 10) {
    EXPECT_THAT(guard.Tick(mib * kMib, Traffic{{1, mib * 1'000'000}}), IsEmpty());
  }
  MemoryGuard none(0);
  EXPECT_FALSE(none.NeedsTraffic(1'000'000 * kMib));
  EXPECT_THAT(none.Tick(1'000'000 * kMib, Traffic{{1, 1'000'000'000}}), IsEmpty());
}

TEST(MemoryGuard, ADayOfTrafficBeforeAnybodyLookedIsNotHeldAgainstAConnection) {
  for (const uint64_t first_look : {60 * kMib, 120 * kMib}) {
    MemoryGuard guard(100 * kMib);
    guard.Tick(40 * kMib, {});
    EXPECT_THAT(guard.Tick(first_look, Traffic{{1, 350 * kMib}, {2, 300'000}}), IsEmpty());
    EXPECT_THAT(guard.Tick(130 * kMib, Traffic{{1, 350 * kMib + 200}, {2, 700'000}}),
                ElementsAre(2));
    // Nor is what came while nobody looked again.
    guard.Tick(40 * kMib, {});
    EXPECT_THAT(guard.Tick(140 * kMib, Traffic{{1, 400 * kMib}, {3, 300'000}}), IsEmpty());
    EXPECT_THAT(guard.Tick(150 * kMib, Traffic{{1, 400 * kMib + 200}, {3, 900'000}}),
                ElementsAre(3));
  }
}

TEST(MemoryGuard, OldTrafficCountsLess) {
  MemoryGuard guard(100 * kMib);
  guard.Tick(60 * kMib, Traffic{{1, 0}, {2, 0}});
  guard.Tick(60 * kMib, Traffic{{1, 1'000'000}, {2, 0}});
  for (int i = 0; i < 60; ++i) guard.Tick(60 * kMib, Traffic{{1, 1'000'000}, {2, 0}});
  EXPECT_THAT(guard.Tick(120 * kMib, Traffic{{1, 1'000'000}, {2, 50'000}}), ElementsAre(2));
}

TEST(MemoryGuard, ADescriptorThatIsUsedAgainIsAnotherConnection) {
  MemoryGuard guard(100 * kMib);
  guard.Tick(60 * kMib, Traffic{{1, 0}});
  guard.Tick(60 * kMib, Traffic{{1, 1'000'000}});
  EXPECT_THAT(guard.Tick(120 * kMib, Traffic{{1, 10}, {2, 900'000}}), ElementsAre(2));
}

TEST(MemoryGuard, TrimsOnceMemoryHasCeasedToGrow) {
  MemoryGuard guard(100 * kMib);
  guard.Tick(120 * kMib, Traffic{{1, 1}});
  EXPECT_FALSE(guard.ShouldTrim());
  for (int i = 0; i < 1000 / MemoryGuard::kPeriodMs; ++i) guard.Tick(120 * kMib, {});
  EXPECT_TRUE(guard.ShouldTrim());
  EXPECT_FALSE(guard.ShouldTrim());
}

TEST(ReceivedBytes, CountsWhatASocketGot) {
  auto listener = Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok());
  const base::Descriptor client = Connect(BoundPort(*listener));
  // Waits: the listener does not block.
  pollfd readable = {listener->get(), POLLIN, 0};
  ASSERT_EQ(poll(&readable, 1, 10'000), 1);
  const base::Descriptor server(accept(listener->get(), nullptr, nullptr));
  EXPECT_EQ(ReceivedBytes(server.get()), 0u);
  ASSERT_EQ(send(client.get(), "12345", 5, MSG_NOSIGNAL), 5);
  char buffer[8];
  ASSERT_EQ(recv(server.get(), buffer, sizeof(buffer), 0), 5);
  EXPECT_EQ(ReceivedBytes(server.get()), 5u);
  EXPECT_EQ(ReceivedBytes(-1), 0u);
}

}  // namespace
}  // namespace gpuscaler::rpc
