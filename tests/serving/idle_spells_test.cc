#include "serving/idle_spells.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"

namespace gpuscaler::serving {
namespace {

using std::chrono::seconds;

constexpr base::SteadyTime kStart{std::chrono::hours(1)};

scaling::Trigger Of(const std::string& workload, const std::string& warmup = "60") {
  const std::vector<scaling::MetadataEntry> metadata = {{"workload", workload},
                                                        {"warmupSeconds", warmup}};
  return *scaling::ParseTrigger(metadata, "default");
}

scaling::WorkloadParts Parts(size_t fresh, size_t warming, size_t missing, size_t working) {
  scaling::WorkloadParts parts;
  parts.fresh = fresh;
  parts.warming = warming;
  parts.missing = missing;
  parts.working = working;
  return parts;
}

class IdleSpellsTest : public testing::Test {
 protected:
  void Note(const scaling::WorkloadParts& parts, int second) {
    spells_.Note(trigger_, parts, kStart + seconds(second));
  }
  std::optional<base::SteadyTime> Since(int second) {
    return spells_.Since(trigger_, kStart + seconds(second));
  }

  const scaling::Trigger trigger_ = Of("deployment/llm");
  IdleSpells spells_;
};

TEST_F(IdleSpellsTest, BeginsWithTheFirstReplicaAndGoesOnThroughItsSuccessors) {
  EXPECT_EQ(Since(0), std::nullopt);
  Note(Parts(0, 1, 0, 0), 0);
  Note(Parts(0, 0, 0, 0), 30);  // it crashed
  Note(Parts(0, 1, 0, 0), 50);
  Note(Parts(2, 0, 0, 0), 90);
  EXPECT_EQ(Since(100), kStart);
}

TEST_F(IdleSpellsTest, EndsWithWork) {
  Note(Parts(0, 1, 0, 0), 0);
  Note(Parts(1, 1, 0, 1), 10);
  EXPECT_EQ(Since(10), std::nullopt);
  Note(Parts(0, 1, 0, 0), 20);
  EXPECT_EQ(Since(20), kStart + seconds(20));
}

// Else a single node that falls silent would let replicas that crash be held anew.
TEST_F(IdleSpellsTest, AMissingReplicaNeitherEndsNorExtendsIt) {
  Note(Parts(0, 1, 0, 0), 0);
  Note(Parts(0, 1, 1, 0), 30);
  EXPECT_EQ(Since(30), kStart);
  Note(Parts(0, 0, 1, 0), 80);
  EXPECT_EQ(Since(90), kStart);
  EXPECT_EQ(Since(91), std::nullopt) << "for longer than the warm-up there was but a missing one";
}

TEST_F(IdleSpellsTest, AWorkloadThatComesBackFromZeroBeginsAnew) {
  Note(Parts(0, 1, 0, 0), 0);
  EXPECT_EQ(Since(60), kStart);
  EXPECT_EQ(Since(61), std::nullopt) << "for longer than the warm-up there was none";
  Note(Parts(0, 1, 0, 0), 61);
  EXPECT_EQ(Since(61), kStart + seconds(61));
}

TEST_F(IdleSpellsTest, OfOtherWorkloadsAndWarmUpsAreOthers) {
  Note(Parts(0, 1, 0, 0), 0);
  EXPECT_EQ(spells_.Since(Of("deployment/other"), kStart), std::nullopt);
  EXPECT_EQ(spells_.Since(Of("statefulset/llm"), kStart), std::nullopt);
  EXPECT_EQ(spells_.Since(Of("deployment/llm", "600"), kStart), std::nullopt);
}

TEST_F(IdleSpellsTest, AboveTheMostForgetTheLongestUnseen) {
  for (size_t i = 0; i <= IdleSpells::kMost; ++i) {
    spells_.Note(Of(base::StrCat("deployment/llm-", i)), Parts(0, 1, 0, 0),
                 kStart + std::chrono::milliseconds(i));
  }
  EXPECT_EQ(spells_.Since(Of("deployment/llm-0"), kStart), std::nullopt);
  EXPECT_EQ(spells_.Since(Of("deployment/llm-1"), kStart), kStart + std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace gpuscaler::serving
