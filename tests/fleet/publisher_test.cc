#include "fleet/publisher.h"

#include <gtest/gtest.h>

#include <atomic>

#include "await.h"
#include "fleet/nodes.h"

namespace gpuscaler::fleet {
namespace {

using std::chrono::milliseconds;

TEST(PublishGap, GrowsWithTheFleet) {
  EXPECT_EQ(PublishGap(0), milliseconds(5));
  EXPECT_EQ(PublishGap(5000), milliseconds(5));
  EXPECT_EQ(PublishGap(8000), milliseconds(8));
  EXPECT_EQ(PublishGap(1000000), milliseconds(100));
}

class PublisherTest : public testing::Test {
 protected:
  std::optional<double> Utilization(const std::string& node) const {
    const auto view = store_.Load();
    for (const auto& held : view->nodes()) {
      if (held->node == node) {
        return held->gpus[0].readings.Value(catalog::Metric::kGpuUtilization);
      }
    }
    return std::nullopt;
  }
  telemetry::Store store_;
};

TEST_F(PublisherTest, TheNewestOfEachNodeIsPublished) {
  Publisher publisher(store_);
  for (int i = 0; i <= 90; ++i) publisher.Add(Shared(MakeNode("a", {1.0 * i})), false);
  publisher.Add(Shared(MakeNode("b", {7})), true);
  EXPECT_TRUE(Await([&] { return Utilization("a") == 90 && Utilization("b") == 7; }));
}

TEST_F(PublisherTest, AForgottenNodeLeavesTheViewAndMayComeBack) {
  Publisher publisher(store_);
  publisher.Add(Shared(MakeNode("a", {1})), false);
  publisher.Add(Shared(MakeNode("b", {2})), false);
  EXPECT_TRUE(Await([&] { return store_.Load()->nodes().size() == 2; }));
  publisher.Add(Shared(MakeNode("a", {3})), false);
  publisher.Forget("a");
  EXPECT_TRUE(Await([&] { return !Utilization("a"); }));
  EXPECT_EQ(Utilization("b"), 2);
  publisher.Add(Shared(MakeNode("a", {4})), false);
  EXPECT_TRUE(Await([&] { return Utilization("a") == 4; }));
}

TEST_F(PublisherTest, ManyChangesAreFewViews) {
  std::atomic<int> views{0};
  const auto id = store_.Subscribe([&views] { ++views; });
  {
    Publisher publisher(store_);
    for (int i = 0; i < 2000; ++i) {
      publisher.Add(Shared(MakeNode("node-" + std::to_string(i), {1})), false);
    }
    EXPECT_TRUE(Await([&] { return store_.Load()->nodes().size() == 2000; }));
  }
  EXPECT_LT(views, 500);
  store_.Unsubscribe(id);
}

}  // namespace
}  // namespace gpuscaler::fleet
