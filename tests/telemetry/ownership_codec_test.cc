#include "telemetry/ownership_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/strings.h"
#include "telemetry/codec.h"
#include "telemetry/example.h"

namespace gpuscaler::telemetry {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

Snapshot WithPods() {
  Snapshot snapshot = Example();
  Ownership ownership;
  ownership.listed_at = kSampledAt - seconds(2);
  ownership.status = absl::UnavailableError("the kubelet hangs");
  ownership.pods = {{"inference", "llm-0", kSampledAt - seconds(30), {"GPU-aa"}},
                    {"inference", "llm-1", std::nullopt, {"GPU-aa", "GPU-bb"}}};
  snapshot.ownership = std::make_shared<const Ownership>(ownership);
  snapshot.pods_worked = {false, true};
  return snapshot;
}

TEST(OwnershipCodec, GivesBackWhoHoldsWhatOnAnotherClock) {
  const base::SteadyTime there = kSampledAt + seconds(5000);
  const auto back = FromProto(ToProto(WithPods()), there);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_NE(back->ownership, nullptr);
  EXPECT_EQ(back->ownership->listed_at, there - seconds(2));
  EXPECT_EQ(base::Message(back->ownership->status), "the kubelet hangs");
  ASSERT_EQ(back->ownership->pods.size(), 2u);
  EXPECT_EQ(back->ownership->pods[0].appeared_at, there - seconds(30));
  EXPECT_EQ(back->ownership->pods[1].appeared_at, std::nullopt);
  EXPECT_EQ(back->ownership->pods[1].gpus, (std::vector<std::string>{"GPU-aa", "GPU-bb"}));
  EXPECT_EQ(back->pods_worked, (std::vector<bool>{false, true}));
}

TEST(OwnershipCodec, NobodyAsksAndNothingListedYetAreTwoThings) {
  EXPECT_EQ(FromProto(ToProto(Example()), kSampledAt)->ownership, nullptr);
  Snapshot first = Example();
  first.ownership = std::make_shared<const Ownership>();
  const auto back = FromProto(ToProto(first), kSampledAt);
  ASSERT_NE(back->ownership, nullptr);
  EXPECT_EQ(back->ownership->listed_at, base::SteadyTime());
}

TEST(OwnershipCodec, PodsAreSortedAndThoseThatHoldNothingAreNone) {
  v1::PodListing listing;
  for (const char* const name : {"b", "c", "a"}) {
    v1::Pod& pod = *listing.add_pods();
    pod.set_name(name);
    pod.set_worked(*name == 'a');
    if (*name != 'c') pod.add_gpu_uuids("GPU-aa");
  }
  Snapshot snapshot;
  ASSERT_TRUE(ReadPodListing(listing, kSampledAt, snapshot).ok());
  ASSERT_EQ(snapshot.ownership->pods.size(), 2u);
  EXPECT_EQ(snapshot.ownership->pods[0].name, "a");
  EXPECT_EQ(snapshot.pods_worked, (std::vector<bool>{true, false}));
}

TEST(OwnershipCodec, BadListingsAreRefusedSayingWhy) {
  const auto refused = [](const v1::PodListing& listing) {
    Snapshot snapshot;
    const absl::Status status = ReadPodListing(listing, kSampledAt, snapshot);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(snapshot.ownership, nullptr);
    return std::string(base::Message(status));
  };
  for (const double age : {-1.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity(), 1e12}) {
    v1::PodListing old;
    old.set_age_seconds(age);
    EXPECT_THAT(refused(old), HasSubstr("an age cannot be"));
    v1::PodListing pod;
    pod.add_pods()->set_name("a");
    pod.mutable_pods(0)->set_age_seconds(age);
    EXPECT_THAT(refused(pod), HasSubstr("an age cannot be"));
  }
  v1::PodListing twice;
  twice.add_pods()->set_name("a");
  twice.add_pods()->set_name("a");
  EXPECT_THAT(refused(twice), HasSubstr("/a is listed twice"));
  v1::PodListing nameless;
  nameless.add_pods();
  EXPECT_THAT(refused(nameless), HasSubstr("no name"));
  v1::PodListing many;
  for (int i = 0; i <= kMaxPods; ++i) many.add_pods()->set_name(std::to_string(i));
  EXPECT_THAT(refused(many), HasSubstr("4097 pods"));
}

TEST(ReadPodListing, RefusesMoreHoldingsThanANodeHas) {
  v1::PodListing listing;
  v1::Pod& pod = *listing.add_pods();
  pod.set_name("llm-0");
  for (int i = 0; i < kMaxHoldings; ++i) pod.add_gpu_uuids("GPU");
  Snapshot snapshot;
  EXPECT_TRUE(ReadPodListing(listing, kSampledAt, snapshot).ok());
  pod.add_gpu_uuids("GPU");
  EXPECT_EQ(ReadPodListing(listing, kSampledAt, snapshot).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace gpuscaler::telemetry
