#include "simulation/simulation.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engines/signal/signal_view.h"
#include "scaling/explanation.h"
#include "scaling/value_history.h"
#include "simulation/pod_name.h"
#include "simulation/recording.h"
#include "simulation/replicas.h"

namespace gpuscaler::simulation {
namespace {

constexpr base::Duration kStep = std::chrono::seconds(1);
// Any time, as long as it is far from the clock's ends.
constexpr base::SteadyTime kStart = base::SteadyTime(std::chrono::hours(24));

// The metric by which load is told: the first that replicas share.
catalog::Metric LoadMetric(const SimulatedObject& object) {
  for (const SimulatedTrigger& each : object.triggers) {
    if (each.trigger.kind() == catalog::Kind::kIntensity) return each.trigger.metric;
  }
  return catalog::Metric::kGpuUtilization;
}

std::optional<scaling::WorkloadRef> Workload(const SimulatedObject& object) {
  for (const SimulatedTrigger& each : object.triggers) {
    if (each.trigger.workload) return each.trigger.workload;
  }
  return std::nullopt;
}

absl::Status CheckTriggers(const SimulatedObject& object) {
  const auto workload = Workload(object);
  for (size_t i = 0; i < object.triggers.size(); ++i) {
    const scaling::Trigger& trigger = object.triggers[i].trigger;
    if (trigger.engine) {
      return absl::InvalidArgumentError(base::StrCat(
          "trigger ", i, " of ", object.name, " asks for ", trigger.engine->source.signal->name,
          ", which engines tell and a trace of GPUs does not hold; only triggers by a GPU's "
          "metric can be simulated"));
    }
    if (trigger.workload && trigger.workload->name != workload->name) {
      return absl::InvalidArgumentError(
          base::StrCat("the triggers of ", object.name, " name two workloads, ", workload->name,
                       " and ", trigger.workload->name, "; a ScaledObject scales one"));
    }
  }
  if (workload && !PodName(*workload, 0)) {
    return absl::InvalidArgumentError(base::StrCat(
        "no pod can have a name by which it is ", workload->kind->name, "/", workload->name, "'s"));
  }
  return absl::OkStatus();
}

class Run {
 public:
  Run(const SimulatedObject& object, const Recording& recording, const SimulationOptions& options,
      int64_t initial)
      : object_(object),
        recording_(recording),
        options_(options),
        replicas_({options.start, options.open_loop, Workload(object), LoadMetric(object)}, initial,
                  kStart),
        keda_(object.keda, kStart),
        hpa_({object.keda.HpaMinimum(), object.keda.max_replicas, options.downscale_stabilization,
              object.behavior}),
        fallbacks_(object.triggers.size(), FallbackModel(object.keda.fallback)),
        histories_(object.triggers.size()),
        last_signs_(object.triggers.size()) {}

  Course Finish() && {
    for (size_t i = 0; i < newest_.size(); ++i) {
      if (!newest_[i]) continue;
      for (std::string& line : scaling::Explain(object_.triggers[i].trigger, *newest_[i])) {
        if (line.starts_with("limit: ")) course_.limits.push_back(std::move(line));
      }
    }
    return std::move(course_);
  }

  void Advance(base::Duration at) {
    at_ = at;
    now_ = kStart + at;
    evaluated_.clear();
    if (const auto offered = recording_.OfferedAt(at)) offered_ = *offered;
    replicas_.Offer(offered_, kStep, now_);
    if (HasWindow()) Evaluations();
    if (IsDue(object_.keda.polling_interval) && object_.keda.Polls()) Poll();
    Push();
    if (IsDue(options_.sync_period)) Sync();
    course_.seconds.push_back({offered_, replicas_.backlog(), replicas_.each(), value_, wanted_,
                               replicas_.count(), replicas_.Serving(now_)});
  }

 private:
  bool IsDue(base::Duration period) const { return at_ % period == base::Duration::zero(); }

  bool HasWindow() const {
    return std::any_of(object_.triggers.begin(), object_.triggers.end(), [](const auto& each) {
      return each.trigger.window > base::Duration::zero();
    });
  }

  // Once a second, whoever asks.
  const std::vector<absl::StatusOr<scaling::Evaluation>>& Evaluations() {
    if (!evaluated_.empty()) return evaluated_;
    const auto view = replicas_.Show(recording_.At(at_, now_, options_.limits.stale_after), now_);
    newest_.resize(object_.triggers.size());
    for (size_t i = 0; i < object_.triggers.size(); ++i) {
      const scaling::Trigger& trigger = object_.triggers[i].trigger;
      evaluated_.push_back(Evaluated(trigger, view, last_signs_[i]));
      if (!evaluated_.back().ok()) continue;
      scaling::Evaluation& evaluation = *evaluated_.back();
      newest_[i] = evaluation;
      if (trigger.window == base::Duration::zero()) continue;
      histories_[i].Add(now_, evaluation.value);
      evaluation.value = histories_[i].Average(now_, trigger.window).value_or(evaluation.value);
    }
    return evaluated_;
  }

  // Whatever the activation signal is, here it is the load that waits to be taken.
  absl::StatusOr<scaling::Evaluation> Evaluated(const scaling::Trigger& trigger,
                                                const std::shared_ptr<const telemetry::View>& view,
                                                std::optional<base::SteadyTime>& last_sign) const {
    if (!trigger.activation) return scaling::Evaluate(trigger, view, now_, options_.limits);
    const double signal = offered_ + replicas_.backlog();
    if (signal > trigger.activation->threshold) last_sign = now_;
    engines::SignalView router;
    router.settled = true;
    router.once_resolved = true;
    router.addresses.push_back({"router", absl::OkStatus(), now_, signal});
    const absl::StatusOr<engines::SignalView> activation = std::move(router);
    return scaling::Evaluate(trigger, view, now_, options_.limits, {nullptr, &activation},
                             {last_sign, std::nullopt});
  }

  // As KEDA asks, for itself or for the HPA.
  std::vector<Answer> Ask() {
    std::vector<Answer> answers;
    const auto& evaluations = Evaluations();
    for (size_t i = 0; i < evaluations.size(); ++i) {
      Answer answer;
      if (evaluations[i].ok()) {
        fallbacks_[i].Succeeded();
        answer.value = evaluations[i]->value;
        answer.active = evaluations[i]->active;
      } else if (const auto value = fallbacks_[i].Failed(
                     object_.triggers[i].type, object_.triggers[i].trigger.target,
                     replicas_.count(), replicas_.Serving(now_))) {
        answer = {absl::OkStatus(), *value, true, true};
      } else {
        answer.status = evaluations[i].status();
      }
      answers.push_back(std::move(answer));
    }
    value_ = answers.front().status.ok() ? std::optional(answers.front().value) : std::nullopt;
    return answers;
  }

  void Poll() {
    std::vector<Answer> answers = Ask();
    const bool active = std::any_of(answers.begin(), answers.end(),
                                    [](const Answer& answer) { return answer.active; });
    const bool error = std::any_of(answers.begin(), answers.end(),
                                   [](const Answer& answer) { return !answer.status.ok(); });
    Decide(Actor::kKeda, std::move(answers), std::nullopt,
           keda_.Request(now_, active, error, replicas_.count()));
  }

  // StreamIsActive: a change to active at once, then a heartbeat.
  void Push() {
    if (!object_.keda.Polls()) return;
    const int64_t count = replicas_.count();
    const bool waits =
        count == 0 || (object_.keda.idle_replicas && count < object_.keda.min_replicas);
    for (size_t i = 0; i < object_.triggers.size(); ++i) {
      if (!object_.triggers[i].push) continue;
      if (!waits && !IsDue(object_.triggers[i].trigger.heartbeat)) continue;
      const auto& evaluation = Evaluations()[i];
      if (!evaluation.ok() || !evaluation->active) continue;
      const int64_t after = keda_.Request(now_, true, false, count);
      if (after == count) continue;
      Decide(Actor::kKeda, Ask(), std::nullopt, after);
      return;
    }
  }

  void Sync() {
    const int64_t current = replicas_.count();
    const bool asks = current >= object_.keda.HpaMinimum() && current <= object_.keda.max_replicas;
    std::vector<Answer> answers = asks ? Ask() : std::vector<Answer>();
    const auto wanted = asks ? Wanted(answers, current) : std::nullopt;
    const int64_t after = hpa_.Sync(now_, wanted, current);
    wanted_ = wanted;
    if (asks || after != current) Decide(Actor::kHpa, std::move(answers), wanted, after);
  }

  // The largest that a trigger asks for. Of those that failed HPA knows nothing, and does
  // not go down.
  std::optional<int64_t> Wanted(const std::vector<Answer>& answers, int64_t current) {
    std::optional<int64_t> most;
    bool failed = false;
    for (size_t i = 0; i < answers.size(); ++i) {
      failed = failed || !answers[i].status.ok();
      if (!answers[i].status.ok()) continue;
      const SimulatedTrigger& of = object_.triggers[i];
      const int64_t desired =
          scaling::DesiredReplicas(of.type, answers[i].value, of.trigger.target, current,
                                   replicas_.Serving(now_), object_.tolerances);
      most = std::max(most.value_or(0), desired);
    }
    if (failed && most && *most < current) return std::nullopt;
    return most;
  }

  void Decide(Actor actor, std::vector<Answer> answers, std::optional<int64_t> wanted,
              int64_t after) {
    const int64_t before = replicas_.count();
    if (after != before) evaluated_.clear();
    replicas_.Scale(after, now_);
    course_.decisions.push_back({at_, actor, std::move(answers), wanted, before, after,
                                 replicas_.Serving(now_), offered_, replicas_.backlog()});
  }

  const SimulatedObject& object_;
  const Recording& recording_;
  const SimulationOptions& options_;
  Replicas replicas_;
  KedaModel keda_;
  scaling::HpaModel hpa_;
  std::vector<FallbackModel> fallbacks_;
  std::vector<scaling::ValueHistory> histories_;
  std::vector<std::optional<base::SteadyTime>> last_signs_;
  base::Duration at_ = {};
  base::SteadyTime now_ = kStart;
  double offered_ = 0;
  std::vector<absl::StatusOr<scaling::Evaluation>> evaluated_;  // at now_; empty: not yet
  std::vector<std::optional<scaling::Evaluation>> newest_;
  std::optional<double> value_;
  std::optional<int64_t> wanted_;
  Course course_;
};

}  // namespace

absl::StatusOr<Course> Simulate(const SimulatedObject& object,
                                std::shared_ptr<const sources::Script> script,
                                const SimulationOptions& options) {
  if (absl::Status checked = CheckTriggers(object); !checked.ok()) return checked;
  const Recording recording(std::move(script),
                            {Workload(object), options.trace_replicas, LoadMetric(object)});
  const auto length = options.length ? options.length : recording.length();
  if (!length) {
    return absl::InvalidArgumentError(
        "a scenario without `loop` has no end; say how long with --duration");
  }
  const int64_t recorded = recording.ReplicasAt(base::Duration::zero());
  const int64_t initial = options.initial_replicas.value_or(
      std::clamp(recorded, object.keda.min_replicas,
                 std::max(object.keda.min_replicas, object.keda.max_replicas)));
  Run run(object, recording, options, initial);
  for (base::Duration at = {}; at < *length; at += kStep) run.Advance(at);
  Course course = std::move(run).Finish();
  course.load_metric = LoadMetric(object);
  course.recorded_replicas = recorded;
  course.knows_pods = recording.knows_pods();
  course.open_loop = options.open_loop;
  course.start = options.start;
  return course;
}

}  // namespace gpuscaler::simulation
