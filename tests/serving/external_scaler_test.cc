#include "serving/external_scaler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "serving/published.h"

namespace gpuscaler::serving {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class ExternalScalerTest : public testing::Test {
 protected:
  absl::StatusOr<externalscaler::GetMetricsResponse> Ask(
      const externalscaler::ScaledObjectRef& object, base::SteadyTime now = kNow,
      const std::string& name = "keda_gpu_metric") {
    externalscaler::GetMetricsRequest request;
    *request.mutable_scaledobjectref() = object;
    request.set_metricname(name);
    return *GetMetrics(request, context_, now);
  }
  double Value(const externalscaler::ScaledObjectRef& object, base::SteadyTime now = kNow) {
    const auto response = Ask(object, now);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->metricvalues(0).metricvaluefloat() : -1;
  }

  // Whether KEDA is told so of an engine behind a router, where so many requests wait. One
  // replica that works on `at_replica` of them; empty: its name has no address.
  bool WakingIsActive(int second, double waiting, std::optional<double> at_replica) {
    const auto trigger = ReadTrigger(MakeObject({{"profile", "vllm-inflight"},
                                                 {"vllmEndpoint", "http://vllm:8000"},
                                                 {"targetValue", "20"},
                                                 {"warmupSeconds", "600"},
                                                 {"activationEndpoint", "http://router:9090"},
                                                 {"activationMetric", "queue"}}));
    EXPECT_TRUE(trigger.ok()) << trigger.status();
    const base::SteadyTime now = kNow + Seconds(second);
    engines::SignalView router;
    engines::SignalView engine;
    router.settled = engine.settled = true;
    router.addresses = {{"10.0.0.1", absl::OkStatus(), now, waiting}};
    if (at_replica) engine.addresses = {{"10.0.0.2", absl::OkStatus(), now, *at_replica}};
    if (!at_replica) engine.resolution = absl::NotFoundError("no such name");
    const auto findings = FindNewest(*trigger, context_, now, {engine, router}, Looker::kKeda);
    EXPECT_TRUE(findings.active_status.ok()) << findings.active_status;
    return findings.evaluation.active;
  }

  telemetry::Store store_;
  ValueWindows windows_;
  const Role role_ = NodeRole(store_, Seconds(10));
  LastSigns signs_;
  IdleSpells spells_;
  const ScalerContext context_{store_, windows_, signs_, spells_, {Seconds(10)}, role_};
};

TEST_F(ExternalScalerTest, GetMetricsAnswersOneValueInBothFields) {
  Publish(store_, {12.25, 40.5}, kNow);
  const auto response = Ask(MakeObject({{"aggregation", "max"}}));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->metricvalues_size(), 1);
  EXPECT_EQ(response->metricvalues(0).metricname(), "keda_gpu_metric");
  EXPECT_EQ(response->metricvalues(0).metricvaluefloat(), 40.5);
  EXPECT_EQ(response->metricvalues(0).metricvalue(), 41);
  EXPECT_EQ(Value(MakeObject({{"aggregation", "min"}})), 12.25);
  EXPECT_EQ(Value(MakeObject({{"aggregation", "sum"}})), 52.75);
  EXPECT_EQ(windows_.size(), 0u) << "no history without a window";
}

TEST_F(ExternalScalerTest, AReplicaThatHasStoodIdleIsNotAwaitedWhenItHasGone) {
  Publish(store_, {0}, kNow);
  EXPECT_FALSE(WakingIsActive(0, 0, {}));
  EXPECT_TRUE(WakingIsActive(10, 1, {})) << "a request waits";
  EXPECT_TRUE(WakingIsActive(20, 0, {})) << "it was given up, and its replica is awaited";
  EXPECT_TRUE(WakingIsActive(30, 0, 2)) << "it works";
  EXPECT_FALSE(WakingIsActive(40, 0, 0)) << "it stands idle";
  EXPECT_FALSE(WakingIsActive(43, 0, 0)) << "and rests";
  EXPECT_FALSE(WakingIsActive(50, 0, {})) << "it has gone, within warmupSeconds";
  EXPECT_TRUE(WakingIsActive(60, 1, {})) << "another request";
  EXPECT_TRUE(WakingIsActive(70, 0, {})) << "whose replica is awaited again";
}

TEST_F(ExternalScalerTest, AReplicaOnItsWayOutMeetsNoSign) {
  Publish(store_, {0}, kNow);
  EXPECT_FALSE(WakingIsActive(0, 0, 0)) << "KEDA sends it away";
  EXPECT_TRUE(WakingIsActive(2, 1, 0)) << "a request, which the router refuses";
  EXPECT_FALSE(WakingIsActive(7, 0, 0)) << "still listed";
  EXPECT_TRUE(WakingIsActive(15, 0, {})) << "it has gone: the one that loads is awaited";
  EXPECT_TRUE(WakingIsActive(300, 0, {}));
  EXPECT_FALSE(WakingIsActive(301, 0, 0)) << "it has come";
  EXPECT_FALSE(WakingIsActive(301, 0, {}));
}

TEST_F(ExternalScalerTest, AReplicaThatStaysMeetsTheSignThoughItsWorkWasNotSeen) {
  Publish(store_, {0}, kNow);
  EXPECT_FALSE(WakingIsActive(0, 0, 0));
  EXPECT_TRUE(WakingIsActive(2, 1, 0)) << "a request so short that no reading shows it";
  EXPECT_FALSE(WakingIsActive(3, 0, 0));
  EXPECT_FALSE(WakingIsActive(47, 0, 0));
  EXPECT_TRUE(WakingIsActive(48, 0, {})) << "for all that is known it was leaving";
  EXPECT_TRUE(WakingIsActive(1000, 1, 0));
  EXPECT_FALSE(WakingIsActive(1001, 0, 0));
  EXPECT_FALSE(WakingIsActive(1046, 0, 0));
  EXPECT_FALSE(WakingIsActive(1047, 0, {}));
}

TEST_F(ExternalScalerTest, GetMetricsRefusesANameThatWasNotAnnounced) {
  Publish(store_, {40}, kNow);
  const auto other = Ask(MakeObject(), kNow, "s0-keda_gpu_metric");
  EXPECT_EQ(other.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(base::Message(other.status())),
              HasSubstr("\"s0-keda_gpu_metric\" was announced for ScaledObject default/inference; "
                        "its metric is \"keda_gpu_metric\""));
  EXPECT_EQ(Ask(MakeObject(), kNow, "").status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Ask(MakeObject({{"metricName", "mine"}}), kNow, "mine").ok());
  const auto huge = Ask(MakeObject(), kNow, std::string(100'000, 'x'));
  EXPECT_LT(huge.status().message().size(), 1000u) << "a name is not echoed whole";
}

TEST_F(ExternalScalerTest, AReferenceWithoutANameIsRefused) {
  Publish(store_, {40}, kNow);
  const externalscaler::ScaledObjectRef empty;
  for (const absl::Status& status :
       {IsActive(empty, context_, kNow)->status(), GetMetricSpec(empty).status(),
        Ask(empty).status(), GetMetrics({}, context_, kNow)->status()}) {
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(base::Message(status)), HasSubstr("scaledObjectRef.name is empty"));
  }
}

TEST_F(ExternalScalerTest, ANameIsAsLongAsKubernetesAllowsAndNoLonger) {
  Publish(store_, {40}, kNow);
  externalscaler::ScaledObjectRef longest = MakeObject({{"window", "60"}});
  longest.set_name(std::string(253, 'n'));
  longest.set_namespace_(std::string(63, 's'));
  EXPECT_EQ(Value(longest), 40);
  externalscaler::ScaledObjectRef name = longest;
  name.set_name(std::string(200'000, 'n'));
  externalscaler::ScaledObjectRef space = longest;
  space.set_namespace_(std::string(64, 's'));
  EXPECT_EQ(base::Message(Ask(name).status()),
            "scaledObjectRef.name has 200000 bytes; at most 253 are allowed, as in Kubernetes");
  EXPECT_EQ(base::Message(IsActive(space, context_, kNow)->status()),
            "scaledObjectRef.namespace has 64 bytes; at most 63 are allowed, as in Kubernetes");
  EXPECT_EQ(GetMetricSpec(name).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(windows_.size(), 1u);
}

TEST_F(ExternalScalerTest, IsActiveIsStrictlyAboveTheThreshold) {
  Publish(store_, {30, 50}, kNow);
  const auto active = [this](const std::string& threshold) {
    const auto response =
        *IsActive(MakeObject({{"activationThreshold", threshold}}), context_, kNow);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() && response->result();
  };
  EXPECT_TRUE(active("49.9"));
  EXPECT_FALSE(active("50"));
  Publish(store_, {0, 0}, kNow);
  EXPECT_FALSE(active("0"));
  EXPECT_TRUE(IsActive(MakeObject({{"profile", "training"}}), context_, kNow)->value().result());
}

TEST_F(ExternalScalerTest, WithoutFreshDataThereIsAnErrorAndNoZero) {
  EXPECT_EQ(Ask(MakeObject()).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(IsActive(MakeObject(), context_, kNow)->status().code(), StatusCode::kUnavailable);
  Publish(store_, {40}, kNow);
  EXPECT_TRUE(Ask(MakeObject(), kNow + Seconds(10)).ok()) << "this old is still fresh";
  const auto stale = Ask(MakeObject(), kNow + Seconds(10.5));
  EXPECT_EQ(stale.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(stale.status())), HasSubstr("10.5s old"));
  EXPECT_EQ(IsActive(MakeObject(), context_, kNow + Seconds(10.5))->status().code(),
            StatusCode::kUnavailable);
}

struct SpecRow {
  std::string target;
  double as_float;
  int64_t as_int;
};

TEST(GetMetricSpec, SaysTheTargetInBothFieldsAndNeverZero) {
  for (const SpecRow& row : {SpecRow{"80", 80, 80}, SpecRow{"62.5", 62.5, 63},
                             SpecRow{"0.4", 0.4, 1}, SpecRow{"0.001", 0.001, 1}}) {
    const auto response = GetMetricSpec(MakeObject({{"targetValue", row.target}}));
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(response->metricspecs_size(), 1);
    EXPECT_EQ(response->metricspecs(0).metricname(), "keda_gpu_metric");
    EXPECT_EQ(response->metricspecs(0).targetsizefloat(), row.as_float);
    EXPECT_EQ(response->metricspecs(0).targetsize(), row.as_int);
  }
}

TEST(GetMetricSpec, NeedsNoDataAndPassesTheTriggersErrorsOn) {
  const auto named = GetMetricSpec(MakeObject({{"profile", "training"}, {"metricName", "load"}}));
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->metricspecs(0).metricname(), "load");
  EXPECT_EQ(named->metricspecs(0).targetsizefloat(), 90);
  EXPECT_EQ(GetMetricSpec(MakeObject({{"targetValue", "x"}})).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(ExternalScalerTest, AWindowAveragesFromTheFirstQuestionOn) {
  const auto windowed = MakeObject({{"window", "60"}});
  Publish(store_, {10}, kNow);
  EXPECT_EQ(Value(windowed), 10);
  Publish(store_, {30}, kNow + Seconds(1));
  windows_.Record(
      [this](const scaling::Trigger& trigger) {
        return FindNewest(trigger, context_, kNow + Seconds(1), {}, Looker::kFollower)
            .evaluation.value;
      },
      kNow + Seconds(1));
  Publish(store_, {80}, kNow + Seconds(2));
  EXPECT_EQ(Value(windowed, kNow + Seconds(2)), 40);  // of 10, 30, 80
  EXPECT_EQ(Value(MakeObject(), kNow + Seconds(2)), 80);
  EXPECT_EQ(windows_.size(), 1u);
}

TEST_F(ExternalScalerTest, EachTriggerOfEachObjectHasAHistoryOfItsOwn) {
  Publish(store_, {10}, kNow);
  const auto first = MakeObject({{"window", "60"}});
  EXPECT_EQ(Value(first), 10);
  Publish(store_, {50}, kNow + Seconds(1));
  const base::SteadyTime later = kNow + Seconds(1);
  EXPECT_EQ(Value(first, later), 30);
  // The value is new to each of these.
  EXPECT_EQ(Value(MakeObject({{"window", "61"}}), later), 50);
  EXPECT_EQ(Value(MakeObject({{"window", "60"}, {"aggregation", "avg"}}), later), 50);
  auto other = MakeObject({{"window", "60"}});
  other.set_name("other");
  EXPECT_EQ(Value(other, later), 50);
  other.set_namespace_("elsewhere");
  EXPECT_EQ(Value(other, later), 50);
  EXPECT_EQ(windows_.size(), 5u);
}

}  // namespace
}  // namespace gpuscaler::serving
