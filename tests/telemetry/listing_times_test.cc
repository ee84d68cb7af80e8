#include "telemetry/listing_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpuscaler::telemetry {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr base::SteadyTime kSince{seconds(1000)};
constexpr base::Duration kTick{1};

TEST(ListingTimes, ANodeThatAsksNobodyIsNotOneThatWasNeverAnswered) {
  Snapshot node;
  EXPECT_EQ(ToldAt(node), kAsksNobody);
  Ownership ownership;
  node.ownership = std::make_shared<const Ownership>(ownership);
  EXPECT_EQ(ToldAt(node), kNeverTold);
  ownership.listed_at = kSince;
  node.ownership = std::make_shared<const Ownership>(ownership);
  EXPECT_EQ(ToldAt(node), kSince);

  EXPECT_FALSE(ListingTimes().anybody_asks());
  EXPECT_FALSE(ListingTimes({kAsksNobody, kAsksNobody}).anybody_asks());
  EXPECT_TRUE(ListingTimes({kAsksNobody, kNeverTold}).anybody_asks());
}

TEST(ListingTimes, UntoldIsWhoHasNotToldSinceThen) {
  const ListingTimes times({kSince, kSince - kTick, kSince + kTick, kNeverTold, kAsksNobody});
  const auto untold = times.UntoldSince(kSince, 5);
  EXPECT_THAT(untold.first, ElementsAre(1u, 3u, 4u));
  EXPECT_EQ(untold.count, 3u);
  EXPECT_EQ(ListingTimes().UntoldSince(kSince, 5).count, 0u);
  EXPECT_EQ(ListingTimes({kSince}).UntoldSince(kSince, 5).count, 0u);
}

TEST(ListingTimes, FindsTheSilentOneWhereverItIsAmongMany) {
  for (const size_t size : {1u, 63u, 64u, 65u, 128u, 1000u}) {
    for (const size_t silent : {size_t{0}, size / 2, size - 1}) {
      std::vector<base::SteadyTime> times(size, kSince);
      times[silent] = kNeverTold;
      const auto untold = ListingTimes(times).UntoldSince(kSince, 3);
      EXPECT_THAT(untold.first, ElementsAre(silent)) << "of " << size;
      EXPECT_EQ(untold.count, 1u);
    }
  }
}

TEST(ListingTimes, NamesAFewAndCountsAll) {
  const ListingTimes times(std::vector<base::SteadyTime>(500, kNeverTold));
  EXPECT_THAT(times.UntoldSince(kSince, 3).first, ElementsAre(0u, 1u, 2u));
  EXPECT_EQ(times.UntoldSince(kSince, 3).count, 500u);
  EXPECT_THAT(times.UntoldSince(kSince, 0).first, IsEmpty());
}

}  // namespace
}  // namespace gpuscaler::telemetry
