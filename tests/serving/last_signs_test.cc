#include "serving/last_signs.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "scaling/trigger.h"

namespace gpuscaler::serving {
namespace {

using std::chrono::seconds;

constexpr base::SteadyTime kStart{std::chrono::hours(1)};

scaling::ActivationSignal Signal(const std::string& metric = "queue", double threshold = 0,
                                 const std::string& endpoint = "http://router:9090") {
  const std::string text = base::StrCat(threshold);
  const std::vector<scaling::MetadataEntry> metadata = {{"metricType", "gpu_utilization"},
                                                        {"activationEndpoint", endpoint},
                                                        {"activationMetric", metric},
                                                        {"activationMetricThreshold", text}};
  return *scaling::ParseTrigger(metadata, "default")->activation;
}

TEST(LastSigns, TellsWhenTheSignalLastExceeded) {
  LastSigns signs;
  EXPECT_EQ(signs.Look(Signal(), false, kStart), std::nullopt) << "it never did";
  EXPECT_EQ(signs.Look(Signal(), true, kStart + seconds(1)), kStart + seconds(1));
  EXPECT_EQ(signs.Look(Signal(), false, kStart + seconds(2)), kStart + seconds(1));
  EXPECT_EQ(signs.Look(Signal(), true, kStart + seconds(3)), kStart + seconds(3));
}

TEST(LastSigns, OfAnotherSignalThresholdOrEndpointAreOthers) {
  LastSigns signs;
  signs.Look(Signal(), true, kStart);
  EXPECT_EQ(signs.Look(Signal("other"), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Look(Signal("queue", 2), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Look(Signal("queue", 0, "http://router:9091"), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Look(Signal("queue", 0, "http://ROUTER:9090/metrics"), false, kStart), kStart)
      << "the same endpoint in other words";
}

scaling::Trigger OfWorkload(const std::string& name) {
  const std::string workload = base::StrCat("deployment/", name);
  const std::vector<scaling::MetadataEntry> metadata = {
      {"metricType", "gpu_utilization"},
      {"workload", workload},
      {"activationEndpoint", "http://router:9090"},
      {"activationMetric", "queue"}};
  return *scaling::ParseTrigger(metadata, "default");
}

TEST(LastSigns, AreMetByTheReplicasOfTheTriggerAlone) {
  LastSigns signs;
  const scaling::Trigger llm = OfWorkload("llm");
  EXPECT_FALSE(signs.IsMet(llm, kStart)) << "nobody met it";
  signs.Meet(llm, kStart + seconds(5));
  EXPECT_TRUE(signs.IsMet(llm, kStart));
  EXPECT_TRUE(signs.IsMet(llm, kStart + seconds(5)));
  EXPECT_FALSE(signs.IsMet(llm, kStart + seconds(6))) << "a sign that came after";
  EXPECT_FALSE(signs.IsMet(OfWorkload("other"), kStart)) << "another one at the same router";
}

TEST(LastSigns, AreFollowedForTwoMinutesAfterTheLastQuestion) {
  LastSigns signs;
  signs.Look(Signal("rate(asked)"), false, kStart);
  signs.Look(Signal("rate(quiet)"), false, kStart + seconds(1));
  const auto exceeds = [](const scaling::ActivationSignal& signal) {
    return signal.source.signal->name == "rate(asked)";
  };
  EXPECT_TRUE(signs.Follow(exceeds, kStart + seconds(120)));
  EXPECT_TRUE(signs.Follow(exceeds, kStart + seconds(121)));
  EXPECT_EQ(signs.Peek(Signal("rate(asked)"), false, kStart + seconds(125)), kStart + seconds(120));
  EXPECT_EQ(signs.Peek(Signal("rate(quiet)"), false, kStart + seconds(125)), std::nullopt);
}

TEST(LastSigns, AreFollowedInTurns) {
  LastSigns signs;
  for (const char* name : {"a", "b", "c"}) signs.Look(Signal(name), false, kStart);
  std::string looked;
  const auto exceeds = [&looked](const scaling::ActivationSignal& signal) {
    looked += signal.source.signal->name;
    return false;
  };
  int left = 0;
  for (int round = 0; round < 3; ++round) {
    left = 2;
    signs.Follow(exceeds, kStart, [&left] { return --left == 0; });
  }
  EXPECT_EQ(looked, "abcabc");
}

TEST(LastSigns, AboveTheMostForgetTheOldest) {
  LastSigns signs;
  for (size_t i = 0; i <= LastSigns::kMost; ++i) {
    signs.Look(Signal(base::StrCat("queue_", i)), true, kStart + seconds(i));
  }
  EXPECT_EQ(signs.Look(Signal("queue_0"), false, kStart), std::nullopt);
  EXPECT_EQ(signs.Look(Signal("queue_1"), false, kStart), kStart + seconds(1));
}

}  // namespace
}  // namespace gpuscaler::serving
