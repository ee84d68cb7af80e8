#include "simulation/timeline.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "base/json_quote.h"
#include "base/strings.h"
#include "catalog/metrics.h"

namespace gpuscaler::simulation {
namespace {

constexpr double kLimit = 100;  // of a percentage

bool HasLimit(const Course& course) {
  return catalog::Row(course.load_metric).is_percent();
}

std::string Whole(const std::optional<int64_t>& number) {
  return number ? base::StrCat(*number) : "-";
}

std::string ReplicasText(const Decision& decision) {
  if (decision.after == decision.before) return base::StrCat(decision.after);
  return base::StrCat(decision.before, " -> ", decision.after,
                      decision.actor == Actor::kKeda ? " (KEDA)" : " (HPA)");
}

std::string Head() {
  return absl::StrFormat("%-9s %9s %9s  %-24s %10s %10s  %-8s %6s %8s  %s\n", "TIME", "LOAD",
                         "WAITING", "METRIC", "VALUE", "TARGET", "ACTIVE", "WANTS", "SERVING",
                         "REPLICAS");
}

std::string AnswerText(const scaling::Trigger& trigger, const Answer& answer) {
  if (!answer.status.ok()) {
    return absl::StrFormat("%-24s %10s %10.1f  %-8s", trigger.metric_name, "error", trigger.target,
                           "-");
  }
  return absl::StrFormat("%-24s %10.1f %10.1f  %-8s", trigger.metric_name, answer.value,
                         trigger.target,
                         answer.fallback ? "fallback"
                         : answer.active ? "yes"
                                         : "no");
}

std::string Row(const SimulatedObject& object, const Decision& decision) {
  std::string text;
  for (size_t i = 0; i < std::max<size_t>(1, decision.answers.size()); ++i) {
    const std::string answer = decision.answers.empty()
                                   ? std::string(56, ' ')
                                   : AnswerText(object.triggers[i].trigger, decision.answers[i]);
    if (i > 0) {
      base::StrAppend(&text, std::string(31, ' '), answer, "\n");
      continue;
    }
    text += absl::StrFormat("%-9s %9.1f %9.0f  %s %6s %8d  %s\n", ClockText(decision.at),
                            decision.offered, decision.backlog, answer, Whole(decision.wanted),
                            decision.serving, ReplicasText(decision));
  }
  for (const Answer& answer : decision.answers) {
    if (answer.status.ok()) continue;
    base::StrAppend(&text, "          ", absl::StatusCodeToString(answer.status.code()), ": ",
                    base::Message(answer.status), "\n");
  }
  return text;
}

// What somebody who reads on wants to know.
bool Differs(const Decision& a, const Decision& b) {
  if (a.after != a.before || a.wanted != b.wanted || a.answers.size() != b.answers.size()) {
    return true;
  }
  for (size_t i = 0; i < a.answers.size(); ++i) {
    if (a.answers[i].status.code() != b.answers[i].status.code() ||
        a.answers[i].active != b.answers[i].active ||
        a.answers[i].fallback != b.answers[i].fallback) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string ClockText(base::Duration at) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at).count();
  return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string Timeline(const SimulatedObject& object, const Course& course, bool all) {
  std::string text = Head();
  const Decision* before[2] = {nullptr, nullptr};  // by actor
  for (const Decision& decision : course.decisions) {
    const Decision*& last = before[static_cast<size_t>(decision.actor)];
    // KEDA's polls say what the HPA's questions say.
    const bool speaks =
        decision.actor == Actor::kHpa || decision.after != decision.before || decision.before == 0;
    if (all || (speaks && (last == nullptr || Differs(decision, *last)))) {
      text += Row(object, decision);
    }
    last = &decision;
  }
  return text;
}

std::string Summary(const SimulatedObject& object, const Course& course) {
  int64_t least = course.seconds.empty() ? 0 : course.seconds.front().replicas;
  int64_t most = least;
  double replica_seconds = 0;
  double most_waiting = 0;
  size_t full = 0;
  for (const Second& second : course.seconds) {
    least = std::min(least, second.replicas);
    most = std::max(most, second.replicas);
    replica_seconds += static_cast<double>(second.replicas);
    most_waiting = std::max(most_waiting, second.backlog);
    if (HasLimit(course) && second.each >= kLimit) ++full;
  }
  size_t ups = 0;
  size_t downs = 0;
  for (const Decision& decision : course.decisions) {
    if (decision.after > decision.before) ++ups;
    if (decision.after < decision.before) ++downs;
  }
  std::string text =
      absl::StrFormat("\n%s: %d to %d replicas, %.1f replica-hours; %d times up, %d times down\n",
                      object.name, least, most, replica_seconds / 3600, ups, downs);
  const std::string_view metric = catalog::Row(course.load_metric).name;
  if (!course.open_loop && HasLimit(course) && !course.seconds.empty()) {
    text += absl::StrFormat(
        "serving replicas were at their limit (100 %% %s) for %.1f %% of the time; at most %.0f %% "
        "x "
        "s of load waited\n",
        std::string(metric),
        100.0 * static_cast<double>(full) / static_cast<double>(course.seconds.size()),
        most_waiting);
  }
  for (const std::string& limit : course.limits) base::StrAppend(&text, limit, "\n");
  if (course.open_loop) {
    text += "model: replicas do not change the load (--open-loop): each shows what was recorded\n";
    return text;
  }
  base::StrAppend(
      &text, "model: the load is ", metric, " x ", course.recorded_replicas,
      course.knows_pods ? " pods that the recording holds at its begin"
                        : " recorded replicas (--trace-replicas)",
      "; the replicas that serve share it evenly, ", base::FormatDuration(course.start),
      " after they came (--start-seconds); metrics that replicas do not share stay as recorded\n"
      "model: what queued while the recording was taken is not in it, so a recording at 100 % says "
      "at least that load; nothing that waits is ever given up; nodes always have room\n");
  return text;
}

}  // namespace gpuscaler::simulation
