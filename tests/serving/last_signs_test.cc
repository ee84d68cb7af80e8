#include "serving/last_signs.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {
namespace {

using std::chrono::seconds;

constexpr base::SteadyTime kStart{std::chrono::hours(1)};

scaling::Trigger Waking(const std::string& metric = "queue", double threshold = 0,
                        const std::string& endpoint = "http://router:9090",
                        const std::string& workload = "deployment/llm") {
  const std::string text = base::StrCat(threshold);
  const std::vector<scaling::MetadataEntry> metadata = {{"metricType", "gpu_utilization"},
                                                        {"workload", workload},
                                                        {"activationEndpoint", endpoint},
                                                        {"activationMetric", metric},
                                                        {"activationMetricThreshold", text}};
  return *scaling::ParseTrigger(metadata, "default");
}

class LastSignsTest : public testing::Test {
 protected:
  std::optional<base::SteadyTime> Ask(const scaling::Trigger& trigger, bool sign, int second) {
    return signs_.Note(trigger, sign, kStart + seconds(second), Looker::kKeda);
  }
  std::optional<base::SteadyTime> Follow(const scaling::Trigger& trigger, bool sign, int second) {
    return signs_.Note(trigger, sign, kStart + seconds(second), Looker::kFollower);
  }
  std::optional<base::SteadyTime> OnlyLook(const scaling::Trigger& trigger, bool sign, int second) {
    return signs_.Note(trigger, sign, kStart + seconds(second), Looker::kOnlooker);
  }
  // The names of the signals of those that are shown.
  std::string Followed(
      int second, const std::function<bool()>& enough = [] { return false; }) {
    std::string names;
    signs_.Follow(
        [&](const scaling::Trigger& trigger) {
          names += trigger.activation->source.signal->name;
          Follow(trigger, false, second);
        },
        kStart + seconds(second), enough);
    return names;
  }

  LastSigns signs_;
};

TEST_F(LastSignsTest, TellsWhenTheSignalLastExceeded) {
  EXPECT_EQ(Ask(Waking(), false, 0), std::nullopt) << "it never did";
  EXPECT_EQ(Ask(Waking(), true, 1), kStart + seconds(1));
  EXPECT_EQ(Ask(Waking(), false, 2), kStart + seconds(1));
  EXPECT_EQ(Follow(Waking(), false, 2), kStart + seconds(1));
  EXPECT_EQ(Follow(Waking(), true, 3), kStart + seconds(3));
  EXPECT_EQ(Ask(Waking(), false, 4), kStart + seconds(3));
}

TEST_F(LastSignsTest, OfWhateverTellsATriggerFromAnotherAreOthers) {
  Ask(Waking(), true, 0);
  EXPECT_EQ(Ask(Waking("other"), false, 0), std::nullopt);
  EXPECT_EQ(Ask(Waking("queue", 2), false, 0), std::nullopt);
  EXPECT_EQ(Ask(Waking("queue", 0, "http://router:9091"), false, 0), std::nullopt);
  EXPECT_EQ(Ask(Waking("queue", 0, "http://router:9090", "deployment/b"), false, 0), std::nullopt);
  scaling::Trigger trigger = Waking();
  trigger.activation_threshold = 90;
  EXPECT_EQ(Ask(trigger, false, 0), std::nullopt) << "it is idle sooner";
  trigger = Waking();
  trigger.metric = catalog::Metric::kMemoryUsedPercent;
  EXPECT_EQ(Ask(trigger, false, 0), std::nullopt);
  EXPECT_EQ(Ask(Waking("queue", 0, "http://ROUTER:9090/metrics"), false, 0), kStart)
      << "the same endpoint in other words";
}

TEST_F(LastSignsTest, AreKeptOfWhatKedaAsksAboutAlone) {
  EXPECT_EQ(Follow(Waking(), true, 0), kStart);
  EXPECT_EQ(OnlyLook(Waking(), true, 0), kStart);
  EXPECT_EQ(Ask(Waking(), false, 0), std::nullopt);
  EXPECT_EQ(OnlyLook(Waking(), true, 1), kStart + seconds(1));
  EXPECT_EQ(Ask(Waking(), false, 2), std::nullopt);
  EXPECT_EQ(OnlyLook(Waking(), false, 3), std::nullopt);
}

TEST_F(LastSignsTest, AreMetByTheReplicasOfTheTriggerAlone) {
  const scaling::Trigger llm = Waking();
  const scaling::Trigger other = Waking("queue", 0, "http://router:9090", "deployment/other");
  signs_.See(llm, scaling::Standing::kIdle, kStart);  // nobody asked for it
  for (const auto& trigger : {llm, other}) Ask(trigger, true, 0);
  signs_.See(llm, scaling::Standing::kNone, kStart);
  Ask(llm, false, 1);
  signs_.See(llm, scaling::Standing::kIdle, kStart + seconds(1));
  EXPECT_EQ(Ask(llm, false, 2), std::nullopt);
  EXPECT_EQ(Ask(other, false, 2), kStart) << "at the same router";
  EXPECT_EQ(Ask(llm, true, 3), kStart + seconds(3)) << "a sign that came after";
}

TEST_F(LastSignsTest, AreFollowedForTwoMinutesAfterTheLastQuestion) {
  Ask(Waking("asked"), false, 0);
  Ask(Waking("quiet"), false, 1);
  EXPECT_EQ(Followed(120), "askedquiet");
  EXPECT_EQ(Followed(121), "quiet") << "to follow is not to ask";
  EXPECT_EQ(Followed(122), "");
}

TEST_F(LastSignsTest, AreFollowedAsLongAsASignIsOpen) {
  Ask(Waking(), true, 0);
  EXPECT_EQ(Followed(300), "queue") << "warmupSeconds";
  EXPECT_EQ(Followed(301), "");
}

TEST_F(LastSignsTest, AreFollowedFiveTimesASecond) {
  Ask(Waking(), false, 0);
  const auto looks = [this](std::chrono::milliseconds after) {
    int count = 0;
    signs_.Follow([&count](const scaling::Trigger&) { ++count; }, kStart + after);
    return count;
  };
  EXPECT_EQ(looks(std::chrono::milliseconds(500)), 1);
  EXPECT_EQ(looks(std::chrono::milliseconds(699)), 0);
  EXPECT_EQ(looks(std::chrono::milliseconds(700)), 1);
}

TEST_F(LastSignsTest, AreForgottenFifteenMinutesAfterTheLastQuestion) {
  Ask(Waking(), true, 0);
  Followed(900);
  EXPECT_EQ(signs_.size(), 1u);
  Followed(901);
  EXPECT_EQ(signs_.size(), 0u);
}

TEST_F(LastSignsTest, AreFollowedAsKedaLastAsked) {
  scaling::Trigger trigger = Waking();
  Ask(trigger, true, 0);
  trigger.warmup = seconds(7);
  Ask(trigger, false, 0);
  signs_.Follow([](const scaling::Trigger& each) { EXPECT_EQ(each.warmup, seconds(7)); }, kStart);
}

TEST_F(LastSignsTest, AreFollowedInTurns) {
  for (const char* name : {"a", "b", "c"}) Ask(Waking(name), false, 0);
  std::string looked;
  int left = 0;
  for (int round = 0; round < 3; ++round) {
    left = 2;
    looked += Followed(1 + round, [&left] { return --left == 0; });
  }
  EXPECT_EQ(looked, "abcabc");
}

TEST_F(LastSignsTest, AboveTheMostForgetTheLongestUnasked) {
  for (size_t i = 0; i <= LastSigns::kMost; ++i) {
    Ask(Waking(base::StrCat("queue_", i)), true, static_cast<int>(i));
  }
  EXPECT_EQ(signs_.size(), LastSigns::kMost);
  EXPECT_EQ(OnlyLook(Waking("queue_0"), false, 0), std::nullopt);
  EXPECT_EQ(OnlyLook(Waking("queue_1"), false, 0), kStart + seconds(1));
}

// A list of values takes many times the bytes of its text.
TEST_F(LastSignsTest, AreFewerWhereTheyTakeMore) {
  const auto greedy = [](int i) {
    return Waking(base::StrCat("q", i, "{a=~\"", std::string(250, '|'), "\"}"));
  };
  const size_t fit = LastSigns::kMostBytes / scaling::BytesOf(greedy(0));
  EXPECT_LT(fit, LastSigns::kMost / 2);
  for (size_t i = 0; i <= fit; ++i) Ask(greedy(static_cast<int>(i)), true, static_cast<int>(i));
  EXPECT_LE(signs_.size(), fit);
  EXPECT_GT(signs_.size(), fit / 2);
  EXPECT_EQ(OnlyLook(greedy(0), false, 0), std::nullopt);
}

}  // namespace
}  // namespace gpuscaler::serving
