#include "cli/decision_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gpuscaler::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

decision::v1::Decision MakeDecision() {
  decision::v1::Decision decision;
  decision.set_namespace_("default");
  decision.set_name("llm");
  decision.set_metric_name("keda_gpu_metric");
  decision.set_metric("gpu_utilization");
  decision.set_unit("%");
  decision.set_aggregation("avg");
  decision.set_target(80);
  decision.set_hpa_metric_type("AverageValue");
  decision.set_value(400);
  decision.set_active(true);
  decision.mutable_explanation()->mutable_hpa()->set_text("AverageValue: ...");
  return decision;
}

TEST(DecisionText, HoldsNothingThatATerminalObeys) {
  decision::v1::Decision decision = MakeDecision();
  decision.set_name("llm\x1b[2J\n");
  decision.mutable_explanation()->add_steps("a \"quoted\" step\x07");
  decision.mutable_explanation()->add_gpus()->set_reason("\x1b]0;title");
  const std::string text = DecisionText(manifests::ScaledObjectTrigger(), decision, true);
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\x07"))));
  EXPECT_THAT(text, HasSubstr("a \"quoted\" step"));
}

TEST(DecisionText, SaysHowManyMoreThereAre) {
  decision::v1::Decision decision = MakeDecision();
  decision::v1::GpuPart& gpu = *decision.mutable_explanation()->add_gpus();
  gpu.set_node("node-a");
  gpu.set_index(3);
  gpu.set_reason("it does not have gpu_utilization");
  decision.mutable_explanation()->set_gpus_not_listed(136);
  EXPECT_THAT(DecisionText(manifests::ScaledObjectTrigger(), decision, true),
              AllOf(HasSubstr("node-a           GPU 3              -  does not count: it does "
                              "not have gpu_utilization\n"),
                    HasSubstr("    and 136 GPUs more\n")));
}

// The wake-up signal is known where the metric is not.
TEST(DecisionText, BesideAnErrorItSaysWhetherTheTriggerIsActive) {
  decision::v1::Decision decision = MakeDecision();
  decision.clear_value();
  decision.clear_active();
  decision.mutable_error()->set_code("UNAVAILABLE");
  decision.mutable_error()->set_message("node a is silent");
  decision.mutable_explanation()->set_active_because("waiting is 3, above 0");
  const auto text = [&] { return DecisionText(manifests::ScaledObjectTrigger(), decision, true); };
  EXPECT_THAT(text(),
              AllOf(HasSubstr("  UNAVAILABLE: node a is silent\n"), Not(HasSubstr("waiting is 3"))))
      << "not known either";
  decision.set_active(true);
  EXPECT_THAT(text(), HasSubstr("  UNAVAILABLE: node a is silent\n"
                                "  active: waiting is 3, above 0\n"));
  decision.set_active(false);
  EXPECT_THAT(text(), HasSubstr("  inactive: waiting is 3, above 0\n"));
}

TEST(DecisionText, OfOneOfSeveralTriggersIsWhatItAloneWouldDo) {
  decision::v1::Decision decision = MakeDecision();
  decision::v1::Hpa& hpa = *decision.mutable_explanation()->mutable_hpa();
  const auto text = [&](bool alone) {
    return DecisionText(manifests::ScaledObjectTrigger(), decision, alone);
  };
  hpa.set_current_replicas(4);
  EXPECT_THAT(text(false), Not(HasSubstr("alone it would")));
  hpa.set_next_replicas(8);
  EXPECT_THAT(text(false), HasSubstr("  alone it would: 4 -> 8\n"));
  EXPECT_THAT(text(true), Not(HasSubstr("alone it would")));
}

}  // namespace
}  // namespace gpuscaler::cli
