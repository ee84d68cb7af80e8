// The JSON API as its routes answer.
#include "web/api.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "api.pb.h"
#include "await.h"
#include "base/strings.h"
#include "serving/published.h"
#include "web/http_route.h"

namespace gpuscaler::web {
namespace {

using testing::HasSubstr;
using testing::Not;

class ApiTest : public testing::Test {
 protected:
  HttpResponse Get(std::string_view target) { return Answer(api_.Routes(), "GET", target); }
  template <class Page>
  Page Read(std::string_view target) {
    const HttpResponse response = Get(target);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.content_type, "application/json");
    Page page;
    const auto parsed = google::protobuf::util::JsonStringToMessage(response.body, &page);
    EXPECT_TRUE(parsed.ok()) << parsed.ToString() << response.body;
    return page;
  }
  void Record(const std::string& name, std::optional<double> value, bool active = true) {
    externalscaler::ScaledObjectRef object = serving::MakeObject({{"targetValue", "70"}});
    object.set_name(name);
    const absl::Status status = value ? absl::OkStatus() : absl::UnavailableError("stale");
    const auto known = value ? std::optional(active) : std::nullopt;
    decisions_.Record(object, {serving::Question::kGetMetrics, status, value, known, false},
                      base::Now());
  }

  telemetry::Store store_;
  serving::Decisions decisions_;
  decision::v1::ExplainRequest explained_;
  RecentWorkloads workloads_;
  Api api_{{store_,
            {"0.1.0", "node", "simulated", "node-a"},
            {std::chrono::seconds(10), false},
            [] { return absl::OkStatus(); },
            decisions_,
            [this](const decision::v1::ExplainRequest& request) {
              explained_ = request;
              decision::v1::Decision decision;
              decision.set_value(42);
              return decision;
            },
            workloads_}};
};

TEST_F(ApiTest, EveryPageAnswersOfAnEmptyStore) {
  EXPECT_EQ(Read<api::v1::Summary>("/api/v1/summary").node(), "node-a");
  EXPECT_EQ(Read<api::v1::SnapshotPage>("/api/v1/snapshot").total(), 0u);
  EXPECT_EQ(Read<api::v1::WorkloadPage>("/api/v1/workloads").total(), 0u);
  EXPECT_EQ(Read<api::v1::DecisionPage>("/api/v1/decisions").total(), 0u);
}

TEST_F(ApiTest, BadParametersAreRefusedByName) {
  for (const auto& [target, why] : {
           std::pair<std::string, std::string>{"/api/v1/summary?x=1",
                                               "unknown parameter \"x\"; none is allowed"},
           {"/api/v1/snapshot?limti=5",
            "unknown parameter \"limti\"; allowed are: node, filter, state, history, after, limit"},
           {"/api/v1/snapshot?limit=0", "limit is \"0\"; it must be a whole number from 1 to 1000"},
           {"/api/v1/snapshot?limit=1001", "from 1 to 1000"},
           {"/api/v1/snapshot?state=Fresh", "it must be fresh, stale or lost"},
           {"/api/v1/snapshot?history=yes", "from 0 to 1"},
           {"/api/v1/workloads?after=llm", "it must be the `next` of a page, NAMESPACE/NAME"},
           {"/api/v1/workloads?name=x", "allowed are: namespace, filter, after, limit"},
           {"/api/v1/decisions?name=llm", "name needs namespace"},
           {"/api/v1/decisions?namespace=a&replicas=4", "replicas needs namespace and name"},
           {"/api/v1/decisions?namespace=a&name=b&replicas=-4", "from 0 to 1000000"},
           {"/api/v1/decisions?after=a/b", "NAMESPACE/NAME#NUMBER"},
           {"/api/v1/decisions?after=a/b%23x", "NAMESPACE/NAME#NUMBER"},
       }) {
    const HttpResponse response = Get(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body, HasSubstr(why)) << target;
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  }
}

TEST_F(ApiTest, DecisionsShowWhatWasAnsweredAndPage) {
  Record("a", 140);
  Record("b", std::nullopt);
  Record("c", 0, false);
  auto page = Read<api::v1::DecisionPage>("/api/v1/decisions?limit=2");
  EXPECT_EQ(page.total(), 3u);
  ASSERT_EQ(page.decisions_size(), 2);
  const api::v1::KnownDecision& first = page.decisions(0);
  EXPECT_EQ(first.answered().name(), "a");
  EXPECT_EQ(first.answered().value(), 140);
  EXPECT_EQ(first.answered().target(), 70);
  EXPECT_TRUE(first.answered().active());
  EXPECT_FALSE(first.answered().has_error());
  EXPECT_TRUE(first.answered().explanation().has_hpa());
  EXPECT_EQ(first.answered().explanation().steps_size(), 0) << "only one that is asked for by name";
  EXPECT_EQ(first.questions().last_method(), "GetMetrics");
  EXPECT_TRUE(first.questions().has_value_age_seconds());
  EXPECT_EQ(first.history_size(), 1);
  EXPECT_EQ(first.history(0).value(), 140);
  EXPECT_FALSE(first.has_now());
  const api::v1::KnownDecision& failed = page.decisions(1);
  EXPECT_EQ(failed.answered().error().code(), "UNAVAILABLE");
  EXPECT_FALSE(failed.answered().has_value());
  EXPECT_FALSE(failed.history(0).has_value());
  std::string next = page.next();
  next.replace(next.find('#'), 1, "%23");
  page = Read<api::v1::DecisionPage>("/api/v1/decisions?limit=2&after=" + next);
  ASSERT_EQ(page.decisions_size(), 1);
  EXPECT_EQ(page.decisions(0).answered().name(), "c");
  EXPECT_EQ(page.decisions(0).answered().value(), 0);
  EXPECT_TRUE(page.decisions(0).answered().has_value()) << "a zero is a value";
  EXPECT_EQ(page.next(), "");
  EXPECT_EQ(Read<api::v1::Summary>("/api/v1/summary").decisions().failed(), 1u);
}

TEST_F(ApiTest, OneDecisionIsExplainedNow) {
  Record("llm", 140);
  const auto page =
      Read<api::v1::DecisionPage>("/api/v1/decisions?namespace=default&name=llm&replicas=6");
  ASSERT_EQ(page.decisions_size(), 1);
  EXPECT_EQ(page.decisions(0).answered().value(), 140);
  EXPECT_EQ(page.decisions(0).now().value(), 42);
  EXPECT_EQ(explained_.object().name(), "llm");
  EXPECT_EQ(explained_.object().scalermetadata().at("targetValue"), "70");
  EXPECT_EQ(explained_.current_replicas(), 6u);
}

TEST_F(ApiTest, MetadataIsNotShown) {
  externalscaler::ScaledObjectRef object = serving::MakeObject({{"password", "hunter2"}});
  decisions_.Record(object, {}, base::Now());
  for (const char* target :
       {"/api/v1/decisions", "/api/v1/decisions?namespace=default&name=inference"}) {
    EXPECT_THAT(Get(target).body, HasSubstr("\"name\":\"inference\""));
    EXPECT_THAT(Get(target).body, Not(HasSubstr("hunter2")));
  }
}

TEST_F(ApiTest, ThePastBeginsWithTheFirstLook) {
  serving::Publish(store_, {40}, base::Now());
  const std::string_view target = "/api/v1/snapshot?history=1";
  EXPECT_FALSE(Read<api::v1::SnapshotPage>("/api/v1/snapshot").nodes(0).gpus(0).has_history());
  Read<api::v1::SnapshotPage>(target);
  EXPECT_TRUE(
      Await([&] { return Read<api::v1::SnapshotPage>(target).nodes(0).gpus(0).has_history(); }));
}

}  // namespace
}  // namespace gpuscaler::web
