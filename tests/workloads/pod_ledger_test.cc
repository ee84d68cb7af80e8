#include "workloads/pod_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpuscaler::workloads {
namespace {

using std::chrono::seconds;
using telemetry::Ownership;
using testing::ElementsAre;

constexpr base::SteadyTime kStart = base::SteadyTime(std::chrono::hours(1));

Identities Gpus(uint32_t count) {
  Identities gpus;
  for (uint32_t i = 0; i < count; ++i) {
    telemetry::GpuIdentity identity;
    identity.index = i;
    identity.uuid = "GPU-" + std::to_string(i);
    identity.minor = count - 1 - i;
    gpus.push_back(std::make_shared<const telemetry::GpuIdentity>(identity));
  }
  return gpus;
}

Holding Holds(const std::string& pod, const std::string& device,
              const std::string& pod_namespace = "default") {
  return {pod_namespace, pod, device, *ReadDeviceId(device), true};
}

Listing Of(std::vector<Holding> holdings) {
  return {std::move(holdings), true, {}, {}, {}};
}

// As where our own pod's name is not known.
Listing MaybePartOf(std::vector<Holding> holdings) {
  return {std::move(holdings), false, {}, {}, {}};
}

std::vector<std::string> Text(const Ownership& ownership) {
  std::vector<std::string> text;
  for (const telemetry::Pod& pod : ownership.pods) {
    std::string line = pod.pod_namespace + "/" + pod.name;
    for (const std::string& gpu : pod.gpus) line += " " + gpu;
    text.push_back(line);
  }
  return text;
}

TEST(PodLedger, SaysWhoHoldsWhichGpuByItsUuid) {
  PodLedger ledger;
  const auto ownership =
      ledger.Enter(Of({Holds("b", "GPU-1"), Holds("b", "GPU-0"), Holds("a", "nvidia0"),
                       Holds("a", "nvidia0/vgpu1"), Holds("c", "MIG-x", "other")}),
                   Gpus(4), kStart);
  // nvidia0 is the GPU with the minor number 0, the last one by index.
  EXPECT_THAT(Text(*ownership),
              ElementsAre("default/a GPU-3", "default/b GPU-0 GPU-1", "other/c MIG-x"));
  EXPECT_TRUE(ownership->status.ok());
  EXPECT_EQ(ownership->listed_at, kStart);
}

TEST(PodLedger, OnlyPodsThatCameLaterHaveAnAge) {
  PodLedger ledger;
  ledger.Enter(Of({Holds("old", "GPU-0")}), Gpus(4), kStart);
  ledger.Enter(Of({Holds("old", "GPU-0"), Holds("new", "GPU-1")}), Gpus(4), kStart + seconds(5));
  const auto later = ledger.Enter(Of({Holds("new", "GPU-1"), Holds("old", "GPU-0")}), Gpus(4),
                                  kStart + seconds(9));
  EXPECT_EQ(later->pods[0].name, "new");
  EXPECT_EQ(later->pods[0].appeared_at, kStart + seconds(5));
  EXPECT_EQ(later->pods[1].appeared_at, std::nullopt);
  // Gone and back: another pod of the same name, as a StatefulSet makes them.
  ledger.Enter(Of({Holds("new", "GPU-1")}), Gpus(4), kStart + seconds(20));
  const auto back = ledger.Enter(Of({Holds("old", "GPU-0")}), Gpus(4), kStart + seconds(30));
  EXPECT_EQ(back->pods[0].appeared_at, kStart + seconds(30));
}

TEST(PodLedger, APodIsGoneOnceTwoListingsThatMayBePartsAgree) {
  PodLedger ledger;
  const auto both = MaybePartOf({Holds("a", "GPU-0"), Holds("b", "GPU-1")});
  ledger.Enter(MaybePartOf({Holds("b", "GPU-1")}), Gpus(2), kStart);
  ledger.Enter(both, Gpus(2), kStart + seconds(1));
  const auto part = ledger.Enter(MaybePartOf({}), Gpus(2), kStart + seconds(2));
  EXPECT_THAT(Text(*part), ElementsAre("default/a GPU-0", "default/b GPU-1"));
  const auto again = ledger.Enter(both, Gpus(2), kStart + seconds(3));
  EXPECT_EQ(again->pods[0].appeared_at, kStart + seconds(1)) << "it is as old as it was";
  EXPECT_EQ(again->pods[1].appeared_at, std::nullopt);
  ledger.Enter(MaybePartOf({Holds("a", "GPU-0")}), Gpus(2), kStart + seconds(4));
  const auto agreed =
      ledger.Enter(MaybePartOf({Holds("a", "GPU-0")}), Gpus(2), kStart + seconds(5));
  EXPECT_THAT(Text(*agreed), ElementsAre("default/a GPU-0"));
  // Its device is another pod's at once.
  const auto other = ledger.Enter(MaybePartOf({Holds("c", "GPU-0")}), Gpus(2), kStart + seconds(6));
  EXPECT_THAT(Text(*other), ElementsAre("default/c GPU-0"));
  // A whole listing is believed at once.
  EXPECT_THAT(Text(*ledger.Enter(Of({}), Gpus(2), kStart + seconds(7))), testing::IsEmpty());
}

TEST(PodLedger, AnEmptyFirstListingIsAListing) {
  PodLedger ledger;
  ledger.Enter(Of({}), Gpus(1), kStart);
  const auto later = ledger.Enter(Of({Holds("a", "GPU-0")}), Gpus(1), kStart + seconds(1));
  EXPECT_EQ(later->pods[0].appeared_at, kStart + seconds(1));
}

TEST(PodLedger, OfTwoHoldersOfADeviceTheYoungerHasIt) {
  PodLedger ledger;
  ledger.Enter(Of({Holds("finished", "GPU-0")}), Gpus(2), kStart);
  const auto both = ledger.Enter(Of({Holds("young", "GPU-0"), Holds("finished", "GPU-0")}), Gpus(2),
                                 kStart + seconds(1));
  EXPECT_THAT(Text(*both), ElementsAre("default/young GPU-0"));
  // At first sight nobody knows which is the younger: both, in either order.
  for (const auto& [first, second] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
    PodLedger fresh;
    const auto tie =
        fresh.Enter(Of({Holds(first, "GPU-0"), Holds(second, "GPU-0")}), Gpus(2), kStart);
    EXPECT_THAT(Text(*tie), ElementsAre("default/a GPU-0", "default/b GPU-0"));
  }
  // A claim is shared by whoever names it.
  Holding claimed = Holds("late", "GPU-0");
  claimed.exclusive = false;
  Holding early = Holds("young", "GPU-0");
  early.exclusive = false;
  const auto claim = ledger.Enter(Of({early, claimed}), Gpus(2), kStart + seconds(2));
  EXPECT_THAT(Text(*claim), ElementsAre("default/late GPU-0", "default/young GPU-0"));
  // Time-slicing replicas are devices of their own.
  const auto shared = ledger.Enter(Of({Holds("young", "GPU-0::0"), Holds("other", "GPU-0::1")}),
                                   Gpus(2), kStart + seconds(2));
  EXPECT_THAT(Text(*shared), ElementsAre("default/other GPU-0", "default/young GPU-0"));
}

TEST(PodLedger, AFailedListingKeepsWhatIsKnownAndItsAge) {
  PodLedger ledger;
  const auto never = ledger.Enter(absl::UnavailableError("no socket"), Gpus(1), kStart);
  EXPECT_EQ(never->listed_at, base::SteadyTime());
  EXPECT_EQ(never->status, absl::UnavailableError("no socket"));
  ledger.Enter(Of({Holds("a", "GPU-0")}), Gpus(1), kStart + seconds(1));
  const auto failed =
      ledger.Enter(absl::DeadlineExceededError("hangs"), Gpus(1), kStart + seconds(7));
  EXPECT_THAT(Text(*failed), ElementsAre("default/a GPU-0"));
  EXPECT_EQ(failed->listed_at, kStart + seconds(1));
  EXPECT_EQ(failed->status, absl::DeadlineExceededError("hangs"));
  // The first listing that succeeded was the first: its pods have no age.
  EXPECT_EQ(failed->pods[0].appeared_at, std::nullopt);
}

TEST(PodLedger, AGpuThatIsNotThereIsStillHeld) {
  PodLedger ledger;
  const auto ownership =
      ledger.Enter(Of({Holds("a", "GPU-9"), Holds("a", "nvidia7")}), Gpus(1), kStart);
  EXPECT_THAT(Text(*ownership), ElementsAre("default/a GPU-9 nvidia7"));
}

}  // namespace
}  // namespace gpuscaler::workloads
