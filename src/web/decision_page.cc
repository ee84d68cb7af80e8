#include "web/decision_page.h"

#include <charconv>

#include "base/json_quote.h"
#include "base/strings.h"
#include "serving/decision_message.h"
#include "telemetry/timestamp.h"

namespace gpuscaler::web {
namespace {

using serving::Decisions;
using serving::KnownDecision;

std::string Text(const KnownDecision& known) {
  return base::StrCat(known.object->namespace_(), "/", known.object->name(), "#", known.number);
}

absl::StatusOr<Decisions::Place> ReadPlace(const std::string& text) {
  const size_t slash = text.find('/');
  const size_t hash = text.rfind('#');
  if (slash != std::string::npos && hash != std::string::npos && slash < hash) {
    uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data() + hash + 1, end, number);
    if (error == std::errc() && stopped == end) {
      return Decisions::Place{text.substr(0, slash), text.substr(slash + 1, hash - slash - 1),
                              number};
    }
  }
  return absl::InvalidArgumentError(
      base::StrCat("after is ", base::QuotedStart(text),
                   "; it must be the `next` of a page, NAMESPACE/NAME#NUMBER"));
}

void Describe(const KnownDecision& known, const PageTime& time, api::v1::KnownDecision& out) {
  *out.mutable_answered() = serving::DescribeAnswered(known);
  api::v1::Questions& questions = *out.mutable_questions();
  questions.set_last_method(std::string(serving::QuestionName(known.last_question)));
  questions.set_last_age_seconds(time.AgeOf(known.asked_at));
  if (known.value) questions.set_value_age_seconds(time.AgeOf(known.valued_at));
  if (known.active) questions.set_active_age_seconds(time.AgeOf(known.active_at));
  questions.set_answers(known.answers);
  questions.set_errors(known.errors);
  for (const serving::ValueTrail::Point& point : known.trail.Points()) {
    api::v1::DecisionPoint& its = *out.add_history();
    its.set_age_seconds(time.AgeOf(point.at));
    if (point.value) its.set_value(Rounded(*point.value));
  }
}

}  // namespace

absl::StatusOr<api::v1::DecisionPage> MakeDecisionPage(Decisions& decisions,
                                                       const DecisionQuestion& question,
                                                       const Explain& explain,
                                                       const PageTime& time) {
  std::optional<Decisions::Place> after;
  if (!question.after.empty()) {
    auto place = ReadPlace(question.after);
    if (!place.ok()) return place.status();
    after = *std::move(place);
  }
  const auto passes = [&question](const std::string& its_namespace, const std::string& its_name) {
    return question.filter.empty() ||
           question.filter.Passes(base::StrCat(its_namespace, "/", its_name));
  };
  const Decisions::Page listed = decisions.List(question.object_namespace, question.name, after,
                                                question.limit, time.now, passes);
  api::v1::DecisionPage page;
  telemetry::SetTimestamp(time.at, *page.mutable_at());
  page.set_total(static_cast<uint32_t>(listed.total));
  if (listed.more) page.set_next(Text(listed.decisions.back()));
  for (const KnownDecision& known : listed.decisions) {
    api::v1::KnownDecision& out = *page.add_decisions();
    Describe(known, time, out);
    if (question.name.empty()) continue;
    decision::v1::ExplainRequest request;
    *request.mutable_object() = *known.object;
    if (question.replicas) request.set_current_replicas(*question.replicas);
    *out.mutable_now() = explain(request);
  }
  return page;
}

}  // namespace gpuscaler::web
