// A window over what an engine says: real HTTP, and time as the test wants it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "await.h"
#include "base/strings.h"
#include "fakes/engines/fake_engine.h"
#include "serving/external_scaler.h"
#include "serving/published.h"
#include "serving/queueing_engine.h"

namespace gpuscaler::serving {
namespace {

using std::chrono::seconds;

class EngineWindowTest : public testing::Test {
 protected:
  externalscaler::ScaledObjectRef Object() const {
    return MakeObject({{"engine", "prometheus"},
                       {"engineEndpoint", base::StrCat("http://127.0.0.1:", engine_.port())},
                       {"engineMetric", "queue"},
                       {"targetValue", "10"},
                       {"window", "60"}});
  }
  // Of the newest reading, once the engine's is `queue`.
  double ValueOnce(int queue, base::SteadyTime now) {
    const auto trigger = ReadTrigger(Object());
    EXPECT_TRUE(trigger.ok()) << trigger.status();
    EXPECT_TRUE(Await([&] {
      const EngineViews views = ReadEngines(*trigger, context_, base::Now(), false);
      return views.settled() && views.metric->ok() && (*views.metric)->addresses.size() == 1 &&
             (*views.metric)->addresses[0].value.value_or(-1) == queue;
    })) << queue;
    externalscaler::GetMetricsRequest request;
    *request.mutable_scaledobjectref() = Object();
    request.set_metricname("keda_gpu_metric");
    const auto answer = *GetMetrics(request, context_, now);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->metricvalues(0).metricvaluefloat() : -1;
  }

  fakes::FakeEngine engine_;
  engines::EngineSignals signals_{OnLoopback(), nullptr, [] {}};
  telemetry::Store store_;
  ValueWindows windows_;
  LastSigns signs_;
  IdleSpells spells_;
  const Role role_ = NodeRole(store_, seconds(3600));
  const ScalerContext context_{store_,          windows_, signs_,   spells_,
                               {seconds(3600)}, role_,    &signals_};
};

// HPA is to follow the mean of the last minute and not the peak.
TEST_F(EngineWindowTest, IsTheMeanOfWhatTheEngineSaid) {
  Publish(store_, {0}, base::Now());
  const base::SteadyTime start = base::Now();
  engine_.Say(Queue(0));
  EXPECT_EQ(ValueOnce(0, start), 0);
  engine_.Say(Queue(40));
  EXPECT_EQ(ValueOnce(40, start + seconds(30)), 20);
  EXPECT_EQ(ValueOnce(40, start + seconds(75)), 40) << "the first is older than the window";
}

}  // namespace
}  // namespace gpuscaler::serving
