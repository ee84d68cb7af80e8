#include "rpc/waiting_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"

namespace gpuscaler::rpc {
namespace {

using std::chrono::seconds;
using testing::Each;
using testing::ElementsAre;

constexpr base::SteadyTime kNow{std::chrono::hours(5)};

// As rpc::Call: whoever is given up waits until its client has taken the status.
class FakeCall final : public WaitingCall {
 public:
  FakeCall(WaitingCalls& calls, std::string peer) : calls_(calls), peer_(std::move(peer)) {}
  std::string peer() const override { return peer_; }
  void GiveUp(const absl::Status&) override {
    ++given_up;
    calls_.Enter(*this, now);
  }
  int given_up = 0;
  base::SteadyTime now = kNow;  // by its clock

 private:
  WaitingCalls& calls_;
  const std::string peer_;
};

class WaitingCallsTest : public testing::Test {
 protected:
  ~WaitingCallsTest() override {
    for (const auto& call : made_) calls_.Leave(*call);
  }
  void Enter(const std::string& peer, int count, base::SteadyTime now) {
    for (int i = 0; i < count; ++i) {
      made_.push_back(std::make_unique<FakeCall>(calls_, peer));
      calls_.Enter(*made_.back(), now);
    }
  }
  std::vector<int> GivenUp() const {
    std::vector<int> each;
    for (const auto& call : made_) each.push_back(call->given_up);
    return each;
  }

  Loop loop_{std::make_unique<grpc::CompletionQueue>()};
  std::vector<std::string> closed_;
  WaitingCalls calls_{loop_,
                      {.most = 100, .most_slow = 2, .longest = seconds(10)},
                      "to take its answer",
                      [this](const std::string& peer) { closed_.push_back(peer); }};
  std::vector<std::unique_ptr<FakeCall>> made_;
};

TEST_F(WaitingCallsTest, OfTooManyThatAreSlowThoseOfTheFullestAreGivenUpOnceEach) {
  Enter("10.0.0.1:1", 1, kNow);
  Enter("10.0.0.2:1", 5, kNow);
  calls_.Poll(kNow + seconds(1));
  EXPECT_THAT(closed_, ElementsAre("10.0.0.2:1"));
  EXPECT_THAT(GivenUp(), ElementsAre(0, 1, 1, 1, 1, 1));
  EXPECT_EQ(calls_.size(), 6u);
}

// Entering lets others age: while the calls of one peer are given up too many become slow again.
TEST_F(WaitingCallsTest, OthersMayBecomeSlowWhileSomeAreGivenUp) {
  Enter("10.0.0.1:1", 5, kNow);
  Enter("10.0.0.2:1", 4, kNow + seconds(1) / 2);
  for (const auto& call : made_) call->now = kNow + seconds(2);
  calls_.Poll(kNow + seconds(1));
  EXPECT_THAT(closed_, ElementsAre("10.0.0.1:1", "10.0.0.2:1"));
  EXPECT_THAT(GivenUp(), Each(1));
  EXPECT_EQ(calls_.size(), 9u);
}

TEST_F(WaitingCallsTest, WhoeverWaitsTooLongIsGivenUp) {
  Enter("10.0.0.1:1", 2, kNow);
  calls_.Poll(kNow + seconds(9));
  EXPECT_THAT(GivenUp(), Each(0));
  made_[0]->now = made_[1]->now = kNow + seconds(10);
  calls_.Poll(kNow + seconds(10));
  EXPECT_THAT(GivenUp(), Each(1));
  EXPECT_THAT(closed_, ElementsAre());
}

}  // namespace
}  // namespace gpuscaler::rpc
