#include "base/strings.h"
#include "doctor/found.h"
#include "fakes/engines/fake_engine.h"
#include "gtest/gtest.h"

namespace gpuscaler::doctor {
namespace {

using fakes::FakeEngine;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Subject Reading(std::map<std::string, std::string> metadata, const char* allow = "127.0.0.0/8") {
  Subject subject;
  if (*allow != 0) subject.engines.allow = {*engines::IpRange::Parse(allow)};
  manifests::ScaledObject object;
  object.name = "llm";
  manifests::ScaledObjectTrigger trigger;
  trigger.type = "external";
  trigger.metadata = std::move(metadata);
  object.triggers = {std::move(trigger)};
  subject.objects = {std::move(object)};
  return subject;
}

std::map<std::string, std::string> Inflight(const FakeEngine& engine) {
  return {{"profile", "vllm-inflight"},
          {"vllmEndpoint", base::StrCat("http://127.0.0.1:", engine.port())},
          {"targetValue", "20"}};
}

TEST(Engines, AreReadAndTellTheirValue) {
  FakeEngine engine;
  engine.Say("vllm:num_requests_waiting{engine=\"0\"} 7.0\nvllm:num_requests_running 5.0\n");
  EXPECT_THAT(Found(CheckEngines, Reading(Inflight(engine))),
              AllOf(StartsWith("ok: "), HasSubstr(", 127.0.0.1: 12\n")));
}

TEST(Engines, ASeriesThatIsNotThereIsNotOk) {
  FakeEngine engine;
  engine.Say("something_else 1\n");
  EXPECT_THAT(Found(CheckEngines, Reading(Inflight(engine))),
              AllOf(StartsWith("not ok: "), HasSubstr("vllm:num_requests_waiting")));
}

TEST(Engines, AnAddressThatIsNotAllowedIsNotOk) {
  FakeEngine engine;
  EXPECT_THAT(Found(CheckEngines, Reading(Inflight(engine), "")),
              AllOf(StartsWith("not ok: "), HasSubstr("127.0.0.1")));
}

TEST(Engines, ATriggerThatTheScalerWouldRefuseIsNotOk) {
  EXPECT_THAT(Found(CheckEngines, Reading({{"aggregation", "mode"}})),
              AllOf(StartsWith("not ok: default/llm, external trigger 0: "), HasSubstr("mode")));
  EXPECT_EQ(Found(CheckEngines, Reading({})), "skipped: no trigger reads an engine\n");
}

}  // namespace
}  // namespace gpuscaler::doctor
