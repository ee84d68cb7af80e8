#include "serving/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

using testing::ElementsAre;

externalscaler::ScaledObjectRef Named(const std::string& space, const std::string& name,
                                      const std::string& target = "80") {
  externalscaler::ScaledObjectRef object = MakeObject({{"targetValue", target}});
  object.set_namespace_(space);
  object.set_name(name);
  return object;
}

Answer Valued(double value, bool active = true) {
  return {Question::kGetMetrics, absl::OkStatus(), value, active, false};
}
Answer Activity(bool active) {
  return {Question::kIsActive, absl::OkStatus(), {}, active, false};
}
Answer Failed(Question question) {
  return {question, absl::UnavailableError("stale"), {}, {}, false};
}

std::vector<std::string> Names(const Decisions::Page& page) {
  std::vector<std::string> names;
  for (const KnownDecision& known : page.decisions) {
    names.push_back(base::StrCat(known.object->namespace_(), "/", known.object->name()));
  }
  return names;
}

Decisions::Page All(Decisions& decisions, base::SteadyTime now = kNow) {
  return decisions.List("", "", std::nullopt, 100'000, now);
}

TEST(Decisions, KeepWhatWasAskedLastAndWhatWasAnswered) {
  Decisions decisions;
  decisions.Record(Named("a", "llm"), Valued(140), kNow);
  decisions.Record(Named("a", "llm"), Activity(false), kNow + Seconds(3));
  const auto page = All(decisions, kNow + Seconds(3));
  ASSERT_EQ(page.decisions.size(), 1u);
  const KnownDecision& known = page.decisions[0];
  EXPECT_EQ(known.object->scalermetadata().at("targetValue"), "80");
  EXPECT_EQ(known.value, 140);
  EXPECT_EQ(known.valued_at, kNow);
  EXPECT_EQ(known.active, false);
  EXPECT_EQ(known.active_at, kNow + Seconds(3));
  EXPECT_EQ(known.last_question, Question::kIsActive);
  EXPECT_EQ(known.answers, 2u);
  EXPECT_EQ(known.errors, 0u);
  EXPECT_TRUE(known.status().ok());
}

TEST(Decisions, AnErrorOfTheValueStaysUntilThereIsOneAgain) {
  Decisions decisions;
  decisions.Record(Named("a", "llm"), Valued(140), kNow);
  decisions.Record(Named("a", "llm"), Failed(Question::kGetMetrics), kNow);
  decisions.Record(Named("a", "llm"), Activity(true), kNow);
  auto known = All(decisions).decisions[0];
  EXPECT_EQ(known.value, std::nullopt) << "an old value would look new";
  EXPECT_EQ(known.active, true);
  EXPECT_EQ(base::Message(known.status()), "stale");
  EXPECT_EQ(known.errors, 1u);
  EXPECT_EQ(decisions.Count(kNow).failed, 1u);
  decisions.Record(Named("a", "llm"), Valued(0, false), kNow);
  known = All(decisions).decisions[0];
  EXPECT_EQ(known.value, 0) << "a zero is a value";
  EXPECT_TRUE(known.status().ok());
  decisions.Record(Named("a", "llm"), Failed(Question::kStreamIsActive), kNow);
  known = All(decisions).decisions[0];
  EXPECT_EQ(known.active, std::nullopt);
  EXPECT_EQ(known.value, 0);
  EXPECT_EQ(base::Message(known.status()), "stale");
}

TEST(Decisions, ThatItIsActiveIsKeptThoughThereIsNoValue) {
  Decisions decisions;
  Answer answer = Failed(Question::kGetMetrics);
  answer.active = true;
  decisions.Record(Named("a", "llm"), answer, kNow);
  const auto known = All(decisions).decisions[0];
  EXPECT_EQ(known.active, true);
  EXPECT_EQ(base::Message(known.value_status), "stale");
  EXPECT_TRUE(known.active_status.ok());
}

TEST(Decisions, TriggersOfOneScaledObjectAreToldApart) {
  Decisions decisions;
  decisions.Record(Named("a", "llm", "80"), Valued(1), kNow);
  decisions.Record(Named("a", "llm", "50"), Valued(2), kNow);
  decisions.Record(Named("a", "llm", "80"), Valued(3), kNow);
  const auto page = decisions.List("a", "llm", std::nullopt, 10, kNow);
  ASSERT_EQ(page.decisions.size(), 2u);
  EXPECT_EQ(page.decisions[0].value, 3);
  EXPECT_EQ(page.decisions[1].value, 2);
  EXPECT_LT(page.decisions[0].number, page.decisions[1].number);
}

TEST(Decisions, PagesFollowEachOtherWhateverComesBetween) {
  Decisions decisions;
  for (const char* name : {"d", "a", "c", "b"}) {
    decisions.Record(Named("x", name), Valued(1), kNow);
    decisions.Record(Named("y", name), Valued(1), kNow);
  }
  auto page = decisions.List("x", "", std::nullopt, 2, kNow);
  EXPECT_THAT(Names(page), ElementsAre("x/a", "x/b"));
  EXPECT_EQ(page.total, 4u);
  EXPECT_TRUE(page.more);
  decisions.Record(Named("x", "aa"), Valued(1), kNow);
  const KnownDecision& last = page.decisions.back();
  page = decisions.List("x", "", Decisions::Place{"x", "b", last.number}, 2, kNow);
  EXPECT_THAT(Names(page), ElementsAre("x/c", "x/d"));
  EXPECT_FALSE(page.more);
  EXPECT_EQ(page.total, 5u);
  EXPECT_THAT(Names(decisions.List("y", "c", std::nullopt, 9, kNow)), ElementsAre("y/c"));
  EXPECT_THAT(Names(decisions.List("z", "", std::nullopt, 9, kNow)), ElementsAre());
  const auto passes = [](const std::string& its_namespace, const std::string& its_name) {
    return its_namespace == "y" ? its_name != "b" : its_name == "d";
  };
  page = decisions.List("", "", std::nullopt, 3, kNow, passes);
  EXPECT_THAT(Names(page), ElementsAre("x/d", "y/a", "y/c"));
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.total, 4u);
}

TEST(Decisions, AreForgottenAQuarterOfAnHourAfterTheLastQuestion) {
  Decisions decisions;
  decisions.Record(Named("a", "old"), Valued(1), kNow);
  decisions.Record(Named("a", "kept"), Valued(1), kNow);
  decisions.Record(Named("a", "kept"), Activity(true), kNow + Seconds(60));
  EXPECT_EQ(All(decisions, kNow + Decisions::kForgetAfter).total, 2u);
  const base::SteadyTime later = kNow + Decisions::kForgetAfter + Seconds(1);
  EXPECT_THAT(Names(All(decisions, later)), ElementsAre("a/kept"));
  EXPECT_EQ(decisions.Count(later).total, 1u);
  EXPECT_EQ(decisions.Count(later + Seconds(60)).total, 0u);
  EXPECT_EQ(decisions.Count(later + Seconds(60)).active, 0u);
}

TEST(Decisions, AreBoundedInNumberAndTheOneAskedForLongestAgoGoes) {
  Decisions decisions;
  for (size_t i = 0; i < Decisions::kMost; ++i) {
    decisions.Record(Named("a", base::StrCat("o", i)), Valued(1), kNow);
  }
  decisions.Record(Named("a", "o0"), Valued(1), kNow);  // its turn is now the last
  decisions.Record(Named("b", "new"), Valued(1), kNow);
  EXPECT_EQ(decisions.Count(kNow).total, Decisions::kMost);
  EXPECT_EQ(decisions.List("a", "o0", std::nullopt, 9, kNow).total, 1u);
  EXPECT_EQ(decisions.List("a", "o1", std::nullopt, 9, kNow).total, 0u);
  EXPECT_EQ(decisions.List("b", "", std::nullopt, 9, kNow).total, 1u);
}

TEST(Decisions, AreBoundedInBytes) {
  Decisions decisions;
  for (int i = 0; i < 3000; ++i) {
    decisions.Record(Named("a", base::StrCat("o", i), std::string(16'000, '9')), Valued(1), kNow);
  }
  const size_t kept = decisions.Count(kNow).total;
  EXPECT_GT(kept, 500u);
  EXPECT_LT(kept * 2 * 16'000, Decisions::kMostBytes);
}

TEST(Decisions, OfOneNameAreAFewAtMost) {
  Decisions decisions;
  for (int i = 0; i < 100; ++i) {
    decisions.Record(Named("a", "llm", base::StrCat(i + 1)), Valued(i), kNow + Seconds(i));
  }
  const auto page = All(decisions, kNow + Seconds(100));
  ASSERT_EQ(page.decisions.size(), Decisions::kMostTriggers);
  EXPECT_EQ(page.decisions.back().value, 99);
  EXPECT_EQ(page.decisions.front().value, 100.0 - Decisions::kMostTriggers);
}

TEST(Decisions, WhatIsNoReferenceOrTooLargeIsPassedOver) {
  Decisions decisions;
  decisions.Record({}, Failed(Question::kGetMetrics), kNow);
  decisions.Record(Named("a", std::string(300, 'n')), Failed(Question::kGetMetrics), kNow);
  decisions.Record(Named("a", "llm", std::string(100'000, '1')), Failed(Question::kIsActive), kNow);
  EXPECT_EQ(decisions.Count(kNow).total, 0u);
}

TEST(Decisions, AreCountedByWhatWasAnsweredLast) {
  Decisions decisions;
  decisions.Record(Named("a", "one"), Valued(1, true), kNow);
  decisions.Record(Named("a", "two"), Valued(1, false), kNow);
  decisions.Record(Named("a", "two"), Activity(true), kNow);
  decisions.Record(Named("a", "three"), Activity(false), kNow);
  decisions.Record(Named("a", "four"), Failed(Question::kGetMetrics), kNow);
  Answer held = Valued(80);
  held.held = true;
  decisions.Record(Named("a", "five"), held, kNow);
  const Decisions::Counts counts = decisions.Count(kNow);
  EXPECT_EQ(counts.total, 5u);
  EXPECT_EQ(counts.active, 3u);
  EXPECT_EQ(counts.inactive, 1u);
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(counts.held, 1u);
}

TEST(Decisions, ALongErrorIsCut) {
  Decisions decisions;
  Answer answer = Failed(Question::kGetMetrics);
  answer.status = absl::UnavailableError(std::string(5000, 'e'));
  decisions.Record(Named("a", "llm"), answer, kNow);
  EXPECT_EQ(All(decisions).decisions[0].status().message().size(), 1024u);
  EXPECT_EQ(All(decisions).decisions[0].status().code(), absl::StatusCode::kUnavailable);
}

TEST(Decisions, MayBeReadWhileTheyAreRecorded) {
  Decisions decisions;
  std::jthread reader([&decisions](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto page = decisions.List("", "", std::nullopt, 100, kNow);
      for (const KnownDecision& known : page.decisions) EXPECT_EQ(*known.value, known.answers);
      EXPECT_LE(decisions.Count(kNow).total, 50u);
    }
  });
  for (int round = 1; round <= 100; ++round) {
    for (int i = 0; i < 50; ++i) {
      decisions.Record(Named("a", base::StrCat("o", i)), Valued(round), kNow);
    }
  }
  EXPECT_EQ(decisions.Count(kNow).active, 50u);
}

TEST(ValueTrail, KeepsTheLastSixtyWithAPauseBetween) {
  ValueTrail trail;
  trail.Add(kNow, 1);
  trail.Add(kNow + Seconds(4.8), 2);
  trail.Add(kNow + Seconds(5), std::nullopt);
  trail.Add(kNow + Seconds(12), 3.5);
  auto points = trail.Points();
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].value, 1);
  EXPECT_EQ(points[1].value, std::nullopt) << "an error is a gap, not the value before";
  EXPECT_EQ(points[2].value, 3.5);
  EXPECT_EQ(points[2].at, kNow + Seconds(12));
  for (int i = 1; i <= 100; ++i) trail.Add(kNow + Seconds(12 + 10 * i), i);
  points = trail.Points();
  ASSERT_EQ(points.size(), ValueTrail::kMost);
  EXPECT_EQ(points.front().value, 41);
  EXPECT_EQ(points.back().value, 100);
  EXPECT_EQ(points.back().at, kNow + Seconds(1012));
}

}  // namespace
}  // namespace gpuscaler::serving
