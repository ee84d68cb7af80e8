#include "fleet/hot_gpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace gpuscaler::fleet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HotGpusTest : public testing::Test {
 protected:
  int changes_ = 0;
  HotGpus hot_{[this] { ++changes_; }};
};

TEST_F(HotGpusTest, AGpuIsHotAsLongAsOneWaitsForIt) {
  EXPECT_FALSE(hot_.Of("a").any());
  std::optional<HotWait> one(hot_);
  HotWait other(hot_);
  one->For({{"a", "GPU-1"}, {"b", "GPU-2"}});
  other.For({{"a", "GPU-1"}, {"a", "GPU-0"}});
  EXPECT_THAT(hot_.Of("a").uuids, ElementsAre("GPU-0", "GPU-1"));
  EXPECT_THAT(hot_.Of("b").uuids, ElementsAre("GPU-2"));
  one.reset();
  EXPECT_THAT(hot_.Of("a").uuids, ElementsAre("GPU-0", "GPU-1"));
  EXPECT_THAT(hot_.Of("b").uuids, IsEmpty());
  other.Rest();
  EXPECT_FALSE(hot_.Of("a").any());
}

TEST_F(HotGpusTest, OneWhoWaitsForAllMakesEveryNodeHot) {
  HotWait wait(hot_);
  wait.ForAll();
  EXPECT_TRUE(hot_.Of("anything").all);
  wait.For({{"a", "GPU-1"}});
  EXPECT_FALSE(hot_.Of("anything").any());
  EXPECT_THAT(hot_.Of("a").uuids, ElementsAre("GPU-1"));
}

TEST_F(HotGpusTest, OneWhoWaitsForAllHidesNoOther) {
  HotWait all(hot_);
  HotWait one(hot_);
  all.ForAll();
  one.For({{"a", "GPU-1"}});
  EXPECT_TRUE(hot_.Of("a").all);
  EXPECT_THAT(hot_.Of("a").uuids, ElementsAre("GPU-1"))
      << "a fleet too large for all of its GPUs to be hot has hot ones all the same";
}

TEST_F(HotGpusTest, WaitingForTheSameAgainIsNoChange) {
  HotWait wait(hot_);
  wait.For({{"a", "GPU-1"}});
  const int changes = changes_;
  const uint64_t version = hot_.version();
  wait.For({{"a", "GPU-1"}});
  EXPECT_EQ(changes_, changes);
  EXPECT_EQ(hot_.version(), version);
  wait.For({{"a", "GPU-2"}});
  EXPECT_GT(hot_.version(), version);
  EXPECT_GT(changes_, changes);
}

}  // namespace
}  // namespace gpuscaler::fleet
