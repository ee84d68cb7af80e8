// From engines' answers over TCP to the number that KEDA gets.
#include "engines/engine_signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "fakes/engines/fake_engine.h"
#include "fakes/engines/scripted_names.h"
#include "scaling/evaluation.h"
#include "scaling/trigger.h"

namespace gpuscaler::engines {
namespace {

using absl::StatusCode;
using fakes::FakeEngine;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

// vLLM's, of `waiting` requests.
std::string Queue(int waiting) {
  return base::StrCat(
      "# TYPE vllm:num_requests_waiting gauge\n"
      "vllm:num_requests_waiting{model_name=\"m\",engine=\"0\"} ",
      waiting, ".0\n");
}

class EngineSignalsTest : public testing::Test {
 protected:
  EngineSignalsTest() {
    options_.allow = {*IpRange::Parse("127.0.0.0/8")};
    options_.period = milliseconds(20);
    options_.lookup_period = milliseconds(20);
    options_.soonest_lookup = milliseconds(10);
    options_.limits.connect = std::chrono::seconds(30);
    options_.limits.header = options_.limits.whole = std::chrono::seconds(40);
    signals_ = std::make_unique<EngineSignals>(options_, names_, [this] { ++news_; });
  }

  scaling::Trigger Waiting(uint16_t port, const std::string& type = "AverageValue",
                           const std::string& target = "") {
    url_ = base::StrCat("http://vllm:", port, target);
    const std::vector<scaling::MetadataEntry> metadata = {{"engine", "vllm"},
                                                          {"engineEndpoint", url_},
                                                          {"metricType", "waiting"},
                                                          {"targetValue", "10"},
                                                          {"hpaMetricType", type}};
    auto trigger = scaling::ParseTrigger(metadata, "default");
    EXPECT_TRUE(trigger.ok()) << trigger.status();
    return *std::move(trigger);
  }

  absl::StatusOr<scaling::Evaluation> Evaluate(const scaling::Trigger& trigger) {
    const base::SteadyTime now = base::Now();
    const auto metric = signals_->Read(trigger.engine->source, now);
    scaling::EngineReadings readings;
    readings.metric = &metric;
    return scaling::Evaluate(trigger, std::make_shared<const telemetry::View>(), now,
                             {stale_after_, std::chrono::minutes(15)}, readings);
  }
  void AwaitValue(const scaling::Trigger& trigger, double value) {
    if (!Await([&] {
          const auto evaluation = Evaluate(trigger);
          return evaluation.ok() && evaluation->value == value;
        })) {
      const auto evaluation = Evaluate(trigger);
      ADD_FAILURE() << "wanted " << value << ", got " << evaluation.status() << " "
                    << (evaluation.ok() ? evaluation->value : -1);
    }
  }

  ScraperOptions options_;
  std::string url_;
  base::Duration stale_after_ = std::chrono::seconds(30);
  std::atomic<int> news_{0};
  std::shared_ptr<fakes::ScriptedNames> names_ = std::make_shared<fakes::ScriptedNames>();
  std::unique_ptr<EngineSignals> signals_;
};

TEST_F(EngineSignalsTest, TheAnswerIsThatOfAllReplicasAndNotOfOne) {
  FakeEngine a("127.0.0.1");
  FakeEngine b("127.0.0.2", a.port());
  FakeEngine c("127.0.0.3", a.port());
  a.Say(Queue(0));
  b.Say(Queue(0));
  c.Say(Queue(30));
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  const scaling::Trigger trigger = Waiting(a.port());
  const auto first = Evaluate(trigger);
  EXPECT_EQ(first.status().code(), StatusCode::kUnavailable) << "nothing was read yet";
  AwaitValue(trigger, 30);
  EXPECT_TRUE(Evaluate(trigger)->active);
  EXPECT_GT(news_, 0);

  // A name that has one address more, and one less.
  names_->Set("vllm", {"127.0.0.1", "127.0.0.3", "127.0.0.4"});
  FakeEngine d("127.0.0.4", a.port());
  d.Say(Queue(7));
  AwaitValue(trigger, 37);
  names_->Set("vllm", {"127.0.0.1"});
  AwaitValue(trigger, 0);
  EXPECT_FALSE(Evaluate(trigger)->active);
}

TEST_F(EngineSignalsTest, AReplicaThatDoesNotAnswerCountsAsAtTheTarget) {
  FakeEngine a("127.0.0.1");
  FakeEngine c("127.0.0.3", a.port());
  a.Say(Queue(4));
  c.Say(Queue(8));
  names_->Set("vllm", {"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  const scaling::Trigger trigger = Waiting(a.port());
  // n = 2, m = 1, S = 12 <= 10 x 2: S + 10.
  AwaitValue(trigger, 22);
  EXPECT_TRUE(Evaluate(trigger)->active);
  EXPECT_EQ(Evaluate(trigger)->missing_addresses, 1U);
  // S = 24 > 10 x 2, and 10 x 3 is more.
  c.Say(Queue(20));
  AwaitValue(trigger, 30);
  c.Say(Queue(40));
  AwaitValue(trigger, 44);
  AwaitValue(Waiting(a.port(), "Value"), 44);
}

TEST_F(EngineSignalsTest, ASeriesThatIsNotThereIsAnErrorAndNoZero) {
  FakeEngine engine("127.0.0.1");
  engine.Say("# TYPE up gauge\nup 1\n");
  names_->Set("vllm", {"127.0.0.1"});
  const scaling::Trigger trigger = Waiting(engine.port());
  Await([&] { return absl::IsFailedPrecondition(Evaluate(trigger).status()); });
  const absl::Status absent = Evaluate(trigger).status();
  EXPECT_EQ(absent.code(), StatusCode::kFailedPrecondition) << absent;
  EXPECT_THAT(std::string(base::Message(absent)), HasSubstr("vllm:num_requests_waiting"));
  engine.Say(Queue(3));
  AwaitValue(trigger, 3);
}

TEST_F(EngineSignalsTest, AnErrorTellsTheEndpointAndNoValueOfItsQuery) {
  FakeEngine engine("127.0.0.1");
  engine.Say("# TYPE up gauge\nup 1\n");
  const scaling::Trigger trigger = Waiting(engine.port(), "AverageValue", "/m?token=s3cret");
  for (const std::string address : {"127.0.0.1", "127.0.0.2"}) {
    names_->Set("vllm", {address});
    Await([&] {
      const auto view = signals_->Read(trigger.engine->source, base::Now());
      return view.ok() && view->settled && view->addresses.size() == 1 &&
             view->addresses[0].address == address && !Evaluate(trigger).ok();
    });
    const std::string error(base::Message(Evaluate(trigger).status()));
    EXPECT_THAT(error, HasSubstr("/m?token=..."));
    EXPECT_THAT(error, Not(HasSubstr("s3cret")));
  }
}

TEST_F(EngineSignalsTest, AnEngineThatFallsSilentIsKnownUntilItsReadingIsOld) {
  auto engine = std::make_unique<FakeEngine>("127.0.0.1");
  engine->Say(Queue(3));
  names_->Set("vllm", {"127.0.0.1"});
  const scaling::Trigger trigger = Waiting(engine->port());
  AwaitValue(trigger, 3);
  engine.reset();
  const auto sick = [&] {
    const auto view = signals_->Read(trigger.engine->source, base::Now());
    return !view->addresses.at(0).status.ok();
  };
  ASSERT_TRUE(Await(sick));
  AwaitValue(trigger, 3);
  stale_after_ = milliseconds(1);
  Await([&] { return !Evaluate(trigger).ok(); });
  const absl::Status old = Evaluate(trigger).status();
  EXPECT_EQ(old.code(), StatusCode::kUnavailable) << old;
  EXPECT_THAT(std::string(base::Message(old)), HasSubstr("127.0.0.1"));
}

// A page that passes on what others said minutes ago answers at once, and tells nothing.
TEST_F(EngineSignalsTest, ASampleThatSaysThatItIsOldIsAnErrorAndNoZero) {
  FakeEngine engine("127.0.0.1");
  const auto say = [&engine](base::Duration age) {
    const auto time = std::chrono::duration_cast<milliseconds>(
        std::chrono::system_clock::now().time_since_epoch() - age);
    engine.Say(
        base::StrCat("# TYPE vllm:num_requests_waiting gauge\n"
                     "vllm:num_requests_waiting 0 ",
                     time.count(), "\n"));
  };
  say(std::chrono::minutes(4));
  names_->Set("vllm", {"127.0.0.1"});
  const scaling::Trigger trigger = Waiting(engine.port());
  Await([&] {
    return base::Message(Evaluate(trigger).status()).find("timestamp") != std::string::npos;
  });
  EXPECT_EQ(Evaluate(trigger).status().code(), StatusCode::kUnavailable);
  say(-std::chrono::minutes(4));
  AwaitValue(trigger, 0);
}

TEST_F(EngineSignalsTest, ANameWithoutAddressIsZeroOnlyOnceItHadOne) {
  FakeEngine engine("127.0.0.1");
  engine.Say(Queue(3));
  const scaling::Trigger trigger = Waiting(engine.port());
  Await([&] {
    return base::Message(Evaluate(trigger).status()).find("no address") != std::string::npos;
  });
  EXPECT_EQ(Evaluate(trigger).status().code(), StatusCode::kUnavailable)
      << Evaluate(trigger).status();
  names_->Set("vllm", {"127.0.0.1"});
  AwaitValue(trigger, 3);
  names_->Set("vllm", absl::NotFoundError("no such name"));
  AwaitValue(trigger, 0);
  EXPECT_FALSE(Evaluate(trigger)->active);
}

TEST_F(EngineSignalsTest, SeveralSignalsOfOneEndpointAreReadAtOnce) {
  FakeEngine engine("127.0.0.1");
  engine.Say(Queue(3) + "vllm:num_requests_running{engine=\"0\"} 5\n");
  names_->Set("vllm", {"127.0.0.1"});
  const scaling::Trigger waiting = Waiting(engine.port());
  const std::vector<scaling::MetadataEntry> metadata = {
      {"profile", "vllm-inflight"}, {"vllmEndpoint", url_}, {"targetValue", "10"}};
  const auto inflight = scaling::ParseTrigger(metadata, "default");
  ASSERT_TRUE(inflight.ok()) << inflight.status();
  AwaitValue(waiting, 3);
  AwaitValue(*inflight, 8);
  AwaitValue(waiting, 3);
  EXPECT_EQ(signals_->Stats().endpoints, 1U);
  EXPECT_EQ(engine.connections(), 1U);
}

}  // namespace
}  // namespace gpuscaler::engines
