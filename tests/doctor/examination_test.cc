#include "doctor/examination.h"

#include <set>

#include "base/gate.h"
#include "doctor/found.h"
#include "doctor/report.h"
#include "gtest/gtest.h"

namespace gpuscaler::doctor {
namespace {

using testing::AllOf;
using testing::HasSubstr;

tests::Gate& Hang() {
  static tests::Gate* const gate = new tests::Gate(false);  // outlives the threads that wait
  return *gate;
}

Findings Good(const Examined&) {
  return {Ok("all is well")};
}
Findings Bad(const Examined&) {
  return {Ok("one"), NotOk("two is \"broken\"\x1b[31m", "mend two")};
}
Findings Hung(const Examined&) {
  Hang().Pass();
  return {Ok("late")};
}
Findings Nothing(const Examined&) {
  return {};
}

Subject Impatient() {
  Subject subject;
  subject.reads_hardware = false;
  subject.patience = std::chrono::milliseconds(50);
  return subject;
}

TEST(Examination, ACheckThatHangsIsToldAndHoldsNoOtherUp) {
  const CheckRow checks[] = {{"hung", "hung", Hung, "restart it"}, {"good", "good", Good, ""}};
  const Examination examination = Examine(Impatient(), checks);
  Hang().Open();
  ASSERT_EQ(examination.results.size(), 2u);
  EXPECT_EQ(Text(examination.results[0].findings), "not ok: no answer within 50ms\n");
  EXPECT_EQ(examination.results[0].findings[0].mend, "restart it");
  EXPECT_EQ(Text(examination.results[1].findings), "ok: all is well\n");
  EXPECT_TRUE(examination.something_hangs);
  EXPECT_FALSE(examination.ok());
}

TEST(Examination, IsOkWhereNothingIsNotOk) {
  const CheckRow checks[] = {{"good", "good", Good, ""}, {"none", "none", Nothing, ""}};
  const Examination examination = Examine(Impatient(), checks);
  EXPECT_TRUE(examination.ok());
  EXPECT_FALSE(examination.something_hangs);
  EXPECT_EQ(examination.results[1].findings[0].verdict, Verdict::kSkipped);
}

TEST(Report, HasALineForEachFindingAndHowToMendIt) {
  const CheckRow checks[] = {{"bad", "a thing", Bad, ""}};
  const Examination examination = Examine(Impatient(), checks);
  EXPECT_EQ(TextReport(examination),
            "ok       a thing                 one\n"
            "not ok   a thing                 two is \"broken\"\\u001b[31m\n"
            "                                 mend: mend two\n"
            "1 ok, 1 not ok, 0 to look at, 0 skipped\n");
  EXPECT_EQ(
      JsonReport(examination),
      "{\"ok\": false, \"checks\": [\n"
      "  {\"id\": \"bad\", \"title\": \"a thing\", \"verdict\": \"ok\", \"what\": \"one\"},\n"
      "  {\"id\": \"bad\", \"title\": \"a thing\", \"verdict\": \"not ok\", \"what\": \"two is "
      "\\\"broken\\\"\\u001b[31m\", \"mend\": \"mend two\"}\n"
      "]}\n");
}

TEST(Checks, HaveIdsOfTheirOwn) {
  std::set<std::string_view> ids;
  for (const CheckRow& check : Checks()) EXPECT_TRUE(ids.insert(check.id).second) << check.id;
  EXPECT_GE(ids.size(), 15u);
}

}  // namespace
}  // namespace gpuscaler::doctor
