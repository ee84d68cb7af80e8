#include "rpc/stream_budget.h"

#include <gtest/gtest.h>

#include <deque>

namespace gpuscaler::rpc {
namespace {

struct FakeStream final : OpenStream {
  explicit FakeStream(StreamBudget& its_budget) : budget(its_budget) {}
  ~FakeStream() override { budget.Return(*this); }
  void Evict() override {
    evicted = true;
    budget.Return(*this);
  }
  StreamBudget& budget;
  bool evicted = false;
};

class StreamBudgetTest : public testing::Test {
 protected:
  // How many of `count` further streams of `peer` get a place.
  int Open(const std::string& peer, int count) {
    int opened = 0;
    for (int i = 0; i < count; ++i) opened += budget_.Take(streams_.emplace_back(budget_), peer);
    return opened;
  }
  int Evicted() const {
    int evicted = 0;
    for (const FakeStream& stream : streams_) evicted += stream.evicted;
    return evicted;
  }

  StreamBudget budget_{100};
  std::deque<FakeStream> streams_;
};

TEST_F(StreamBudgetTest, OneMayHoldAllWhileNobodyElseNeedsThem) {
  EXPECT_EQ(Open("ipv4:10.0.0.1:4000", 110), 100);
  EXPECT_EQ(Evicted(), 0);
  streams_.pop_front();
  EXPECT_EQ(Open("ipv4:10.0.0.1:4001", 2), 1);
}

TEST_F(StreamBudgetTest, WhoeverHoldsMoreThanHalfMakesRoomForOthersUpToHalf) {
  EXPECT_EQ(Open("ipv4:10.0.0.66:4000", 60), 60);
  EXPECT_EQ(Open("ipv4:10.0.0.66:4001", 60), 40) << "by however many connections";
  EXPECT_EQ(Open("ipv4:10.0.0.1:4000", 60), 50);
  EXPECT_EQ(Evicted(), 50);
  EXPECT_FALSE(streams_[0].evicted) << "the newest go first";
  EXPECT_EQ(Open("ipv4:10.0.0.66:4002", 10), 0);
  EXPECT_EQ(Evicted(), 50);
}

TEST_F(StreamBudgetTest, WhoeverHoldsHalfLosesNothing) {
  EXPECT_EQ(Open("ipv6:%5Bfd00::1%5D:4000", 50), 50);
  EXPECT_EQ(Open("ipv6:%5Bfd00::66%5D:4000", 100), 50);
  EXPECT_EQ(Open("ipv6:%5Bfd00::67%5D:4000", 100), 0);
  EXPECT_EQ(Evicted(), 0);
}

TEST(StreamBudget, OfNoneThereIsNoPlace) {
  StreamBudget none(0);
  FakeStream stream(none);
  EXPECT_FALSE(none.Take(stream, "ipv4:10.0.0.1:1"));
}

}  // namespace
}  // namespace gpuscaler::rpc
