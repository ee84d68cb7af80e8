#include "telemetry/store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/gate.h"

namespace gpuscaler::telemetry {
namespace {

std::shared_ptr<const Snapshot> Of(const std::string& node, uint64_t sequence) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->node = node;
  snapshot->sequence = sequence;
  return snapshot;
}

std::string Names(const View& view) {
  std::string names;
  for (const auto& node : view.nodes()) names += node->node + std::to_string(node->sequence) + " ";
  return names;
}

TEST(Store, IsEmptyBeforeTheFirstPublish) {
  const Store store;
  ASSERT_NE(store.Load(), nullptr);
  EXPECT_TRUE(store.Load()->nodes().empty());
}

TEST(Store, HoldsTheNewestOfEachNodeInOrderOfName) {
  Store store;
  store.Publish(Of("m", 1));
  store.Publish(Of("z", 1));
  store.Publish(Of("a", 1));
  store.Publish(Of("m", 2));
  store.Publish(Of("b", 7));
  store.Publish(Of("z", 2));
  store.Publish(Of("a", 2));
  EXPECT_EQ(Names(*store.Load()), "a2 b7 m2 z2 ");
}

TEST(Store, AViewOnceLoadedNeverChanges) {
  Store store;
  store.Publish(Of("a", 1));
  const auto view = store.Load();
  store.Publish(Of("a", 2));
  store.Publish(Of("b", 1));
  EXPECT_EQ(Names(*view), "a1 ");
}

TEST(Store, WakesEverySubscriberAfterEachPublish) {
  Store store;
  int first = 0;
  std::string seen;
  const auto first_id = store.Subscribe([&] { ++first; });
  const auto second_id = store.Subscribe([&] { seen += Names(*store.Load()); });
  store.Publish(Of("a", 1));
  store.Publish(Of("a", 2));
  EXPECT_EQ(first, 2);
  EXPECT_EQ(seen, "a1 a2 ") << "the new view is there when a subscriber is woken";
  store.Unsubscribe(first_id);
  store.Unsubscribe(second_id);
}

TEST(Store, ABatchIsOneViewAndOneWake) {
  Store store;
  store.Publish({{Of("a", 1), Of("b", 1), Of("c", 1)}, {}});
  std::string seen;
  const auto id = store.Subscribe([&] { seen += Names(*store.Load()) + "; "; });
  store.Publish({{Of("b", 2), Of("d", 1)}, {"a"}});
  EXPECT_EQ(seen, "b2 c1 d1 ; ");
  const auto view = store.Load();
  store.Publish(Batch());
  EXPECT_EQ(store.Load(), view) << "nothing has come";
  EXPECT_EQ(seen, "b2 c1 d1 ; ");
  store.Unsubscribe(id);
}

TEST(Store, UnsubscribeEndsOneSubscriptionAndNoOther) {
  Store store;
  int first = 0;
  int second = 0;
  const auto first_id = store.Subscribe([&] { ++first; });
  const auto second_id = store.Subscribe([&] { ++second; });
  EXPECT_NE(first_id, second_id);
  store.Unsubscribe(first_id);
  store.Unsubscribe(first_id);  // an id that is gone is nobody else's
  store.Publish(Of("a", 1));
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(Store, NobodyIsWokenOnceUnsubscribeHasReturned) {
  Store store;
  std::atomic<bool> stop = false;
  std::thread publisher([&] {
    for (uint64_t i = 1; !stop; ++i) store.Publish(Of("a", i));
  });
  for (int i = 0; i < 200; ++i) {
    auto woken = std::make_unique<std::atomic<int>>(0);
    const auto id = store.Subscribe([&counter = *woken] { ++counter; });
    EXPECT_TRUE(tests::Await([&] { return *woken > 0; }));
    store.Unsubscribe(id);
    woken.reset();  // a late call would touch freed memory
  }
  stop = true;
  publisher.join();
}

TEST(Store, ConcurrentPublishersLoseNothing) {
  constexpr int kThreads = 4;
  constexpr uint64_t kPublishes = 500;
  Store store;
  std::atomic<int> woken = 0;
  const auto id = store.Subscribe([&] { ++woken; });
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    uint64_t newest = 0;
    while (!stop) {
      const auto view = store.Load();
      for (const auto& node : view->nodes()) {
        if (node->node != "n0") continue;
        EXPECT_GE(node->sequence, newest) << "a newer snapshot gave way to an older one";
        newest = node->sequence;
      }
    }
  });
  std::vector<std::thread> publishers;
  for (int t = 0; t < kThreads; ++t) {
    publishers.emplace_back([&store, t] {
      const std::string node = "n" + std::to_string(t);
      for (uint64_t i = 1; i <= kPublishes; ++i) store.Publish(Of(node, i));
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  stop = true;
  reader.join();
  EXPECT_EQ(Names(*store.Load()), "n0500 n1500 n2500 n3500 ");
  EXPECT_EQ(woken, kThreads * static_cast<int>(kPublishes));
  store.Unsubscribe(id);
}

}  // namespace
}  // namespace gpuscaler::telemetry
