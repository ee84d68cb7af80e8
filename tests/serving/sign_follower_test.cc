// What a gateway sees between KEDA's questions: real HTTP, and time as the test wants it.
#include "serving/sign_follower.h"

#include <gtest/gtest.h>

#include "await.h"
#include "base/strings.h"
#include "fakes/engines/fake_engine.h"
#include "serving/published.h"
#include "serving/queueing_engine.h"

namespace gpuscaler::serving {
namespace {

using std::chrono::seconds;

// KEDA asks once, while a request waits at the router. Its replica has not come.
class SignFollowerTest : public testing::Test {
 protected:
  void SetUp() override {
    Publish(store_, {0}, base::Now());
    router_.Say(Queue(1));
    engine_.Say(Queue(0));
    AwaitQueue(*trigger_.activation, 1);
    signs_.Note(trigger_, true, start_, Looker::kKeda);
    signs_.See(trigger_, scaling::Standing::kNone, start_);
    router_.Say(Queue(0));
    AwaitQueue(*trigger_.activation, 0);
  }

  void AwaitQueue(const scaling::ActivationSignal& of, int queue) {
    EXPECT_TRUE(Await([&] {
      const auto view = signals_.Read(of.source, base::Now());
      return view.ok() && view->settled && view->addresses.size() == 1 &&
             view->addresses[0].value.value_or(-1) == queue;
    })) << queue;
  }
  void AwaitEngine(int queue) { AwaitQueue({trigger_.engine->source, 0}, queue); }

  std::optional<base::SteadyTime> SignAt(base::SteadyTime now) {
    return signs_.Note(trigger_, false, now, Looker::kOnlooker);
  }

  fakes::FakeEngine router_;
  fakes::FakeEngine engine_;
  engines::EngineSignals signals_{OnLoopback(), nullptr, [] {}};
  telemetry::Store store_;
  ValueWindows windows_;
  LastSigns signs_;
  IdleSpells spells_;
  const Role role_ = NodeRole(store_, seconds(3600));
  const ScalerContext context_{store_,          windows_, signs_,   spells_,
                               {seconds(3600)}, role_,    &signals_};
  const scaling::Trigger trigger_ = *ReadTrigger(
      MakeObject({{"engine", "prometheus"},
                  {"engineEndpoint", base::StrCat("http://127.0.0.1:", engine_.port())},
                  {"engineMetric", "queue"},
                  {"targetValue", "10"},
                  {"activationEndpoint", base::StrCat("http://127.0.0.1:", router_.port())},
                  {"activationMetric", "queue"}}));
  const base::SteadyTime start_ = base::Now();
  SignFollower follower_{context_};
};

TEST_F(SignFollowerTest, SeesThatTheReplicaStoodIdleThoughKedaDidNotAskThen) {
  AwaitEngine(0);
  follower_.Follow(start_ + seconds(1));
  EXPECT_EQ(SignAt(start_ + seconds(2)), std::nullopt);
}

TEST_F(SignFollowerTest, AwaitsItForAsLongAsItWorks) {
  engine_.Say(Queue(3));
  AwaitEngine(3);
  follower_.Follow(start_ + seconds(1));
  EXPECT_EQ(SignAt(start_ + seconds(2)), start_);
  engine_.Say(Queue(0));
  AwaitEngine(0);
  follower_.Follow(start_ + seconds(2));
  EXPECT_EQ(SignAt(start_ + seconds(3)), start_) << "it has not rested yet";
  follower_.Follow(start_ + seconds(2) + scaling::SignHistory::kRests);
  EXPECT_EQ(SignAt(start_ + seconds(6)), std::nullopt);
}

TEST_F(SignFollowerTest, AReplicaThatIsIdleMeetsNoSignWhileARequestWaits) {
  AwaitEngine(0);
  router_.Say(Queue(1));
  AwaitQueue(*trigger_.activation, 1);
  follower_.Follow(start_ + seconds(1));
  EXPECT_EQ(SignAt(start_ + seconds(2)), start_ + seconds(1)) << "the newer one";
}

TEST_F(SignFollowerTest, LooksFiveTimesASecondAtMost) {
  engine_.Say(Queue(3));
  AwaitEngine(3);
  follower_.Follow(start_ + seconds(1));
  engine_.Say(Queue(0));
  AwaitEngine(0);
  const base::SteadyTime too_soon = start_ + seconds(1) + LastSigns::kLookEvery / 2;
  follower_.Follow(too_soon);
  follower_.Follow(start_ + seconds(1) + LastSigns::kLookEvery);
  follower_.Follow(too_soon + scaling::SignHistory::kRests);
  EXPECT_EQ(SignAt(start_ + seconds(5)), start_) << "it rests from the look after that on";
  follower_.Follow(start_ + seconds(1) + 2 * LastSigns::kLookEvery + scaling::SignHistory::kRests);
  EXPECT_EQ(SignAt(start_ + seconds(5)), std::nullopt);
}

TEST_F(SignFollowerTest, GoesOnAfterAPauseAndThenRests) {
  scaling::Trigger other = trigger_;
  other.activation->threshold = 5;
  signs_.Note(other, false, start_, Looker::kKeda);
  base::SteadyTime clock = start_;
  // Each look takes its whole turn.
  SignFollower slow(context_, [&clock] { return clock += SignFollower::kTurn; });
  AwaitEngine(0);
  const auto follow = [&](base::Duration after) {
    slow.Follow(start_ + seconds(1) + after);
    return !SignAt(start_ + seconds(2));
  };
  int looks = 0;
  while (!follow(looks * SignFollower::kPause)) ASSERT_LT(++looks, 2);
  // Both have been looked at by now: for a fifth of a second nothing is.
  slow.Follow(start_ + seconds(1) + SignFollower::kPause);
  signs_.Note(trigger_, true, start_ + seconds(1), Looker::kKeda);
  signs_.See(trigger_, scaling::Standing::kNone, start_ + seconds(1));
  EXPECT_FALSE(follow(2 * SignFollower::kPause));
  EXPECT_TRUE(follow(LastSigns::kLookEvery + 2 * SignFollower::kPause) ||
              follow(LastSigns::kLookEvery + 3 * SignFollower::kPause));
}

}  // namespace
}  // namespace gpuscaler::serving
