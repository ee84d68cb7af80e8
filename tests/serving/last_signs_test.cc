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

TEST(LastSigns, TellsWhenTheSignalLastExceeded) {
  LastSigns signs;
  EXPECT_EQ(signs.Look(Waking(), false, kStart), std::nullopt) << "it never did";
  EXPECT_EQ(signs.Look(Waking(), true, kStart + seconds(1)), kStart + seconds(1));
  EXPECT_EQ(signs.Look(Waking(), false, kStart + seconds(2)), kStart + seconds(1));
  EXPECT_EQ(signs.See(Waking(), false, kStart + seconds(2)), kStart + seconds(1));
  EXPECT_EQ(signs.See(Waking(), true, kStart + seconds(3)), kStart + seconds(3));
  EXPECT_EQ(signs.Look(Waking(), false, kStart + seconds(4)), kStart + seconds(3));
}

TEST(LastSigns, OfAnotherSignalThresholdEndpointOrWorkloadAreOthers) {
  LastSigns signs;
  signs.Look(Waking(), true, kStart);
  EXPECT_EQ(signs.Look(Waking("other"), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Look(Waking("queue", 2), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Look(Waking("queue", 0, "http://router:9091"), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Look(Waking("queue", 0, "http://router:9090", "deployment/b"), false, kStart),
            std::nullopt);
  EXPECT_EQ(signs.Look(Waking("queue", 0, "http://ROUTER:9090/metrics"), false, kStart), kStart)
      << "the same endpoint in other words";
}

TEST(LastSigns, AreKeptOfWhatKedaAsksAboutAlone) {
  LastSigns signs;
  EXPECT_EQ(signs.See(Waking(), true, kStart), kStart);
  EXPECT_EQ(signs.Peek(Waking(), true, kStart), kStart);
  EXPECT_EQ(signs.Look(Waking(), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Peek(Waking(), true, kStart + seconds(1)), kStart + seconds(1));
  EXPECT_EQ(signs.Look(Waking(), false, kStart + seconds(2)), std::nullopt);
}

TEST(LastSigns, AreMetByTheReplicasOfTheTriggerAlone) {
  LastSigns signs;
  const scaling::Trigger llm = Waking();
  const scaling::Trigger other = Waking("queue", 0, "http://router:9090", "deployment/other");
  signs.Meet(llm);  // nobody asked for it
  for (const auto& trigger : {llm, other}) signs.Look(trigger, true, kStart);
  signs.Meet(llm);
  EXPECT_EQ(signs.Look(llm, false, kStart + seconds(1)), std::nullopt);
  EXPECT_EQ(signs.Look(other, false, kStart + seconds(1)), kStart) << "at the same router";
  EXPECT_EQ(signs.Look(llm, true, kStart + seconds(2)), kStart + seconds(2))
      << "a sign that came after";
}

TEST(LastSigns, AreFollowedForTwoMinutesAfterTheLastQuestion) {
  LastSigns signs;
  signs.Look(Waking("asked"), false, kStart);
  signs.Look(Waking("quiet"), false, kStart + seconds(1));
  const auto followed = [&signs](base::SteadyTime now) {
    std::string names;
    signs.Follow(
        [&](const scaling::Trigger& trigger) {
          names += trigger.activation->source.signal->name + " ";
          signs.See(trigger, true, now);
        },
        now);
    return names;
  };
  EXPECT_EQ(followed(kStart + seconds(120)), "asked quiet ");
  EXPECT_EQ(followed(kStart + seconds(121)), "quiet ") << "to see is not to ask";
  EXPECT_EQ(followed(kStart + seconds(122)), "");
}

TEST(LastSigns, AreFollowedAsKedaLastAsked) {
  LastSigns signs;
  scaling::Trigger trigger = Waking();
  signs.Look(trigger, true, kStart);
  trigger.activation_threshold = 5;
  signs.Look(trigger, false, kStart);
  double seen = 0;
  signs.Follow([&seen](const scaling::Trigger& each) { seen += each.activation_threshold; },
               kStart);
  EXPECT_EQ(seen, 5);
}

TEST(LastSigns, AreFollowedInTurns) {
  LastSigns signs;
  for (const char* name : {"a", "b", "c"}) signs.Look(Waking(name), false, kStart);
  std::string looked;
  const auto see = [&looked](const scaling::Trigger& trigger) {
    looked += trigger.activation->source.signal->name;
  };
  int left = 0;
  for (int round = 0; round < 3; ++round) {
    left = 2;
    signs.Follow(see, kStart, [&left] { return --left == 0; });
  }
  EXPECT_EQ(looked, "abcabc");
}

TEST(LastSigns, AboveTheMostForgetTheLongestUnasked) {
  LastSigns signs;
  for (size_t i = 0; i <= LastSigns::kMost; ++i) {
    signs.Look(Waking(base::StrCat("queue_", i)), true, kStart + seconds(i));
  }
  EXPECT_EQ(signs.Peek(Waking("queue_0"), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Peek(Waking("queue_1"), false, kStart), kStart + seconds(1));
}

TEST(LastSigns, OfLongNamesAreFewer) {
  LastSigns signs;
  const auto long_one = [](size_t i) { return Waking(base::StrCat("q", i, std::string(3000, 'q'))); };
  constexpr size_t kFit = LastSigns::kMostBytes / 6000;  // a key is held twice
  for (size_t i = 0; i <= kFit; ++i) signs.Look(long_one(i), true, kStart + seconds(i));
  EXPECT_EQ(signs.Peek(long_one(0), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Peek(long_one(kFit), false, kStart), kStart + seconds(kFit));
  EXPECT_NE(signs.Peek(long_one(kFit / 2), false, kStart), std::nullopt);
}

}  // namespace
}  // namespace gpuscaler::serving
