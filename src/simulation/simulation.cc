#include "simulation/simulation.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "scaling/value_limits.h"
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

scaling::HpaLimits Limits(const SimulatedObject& object, const SimulationOptions& options) {
  scaling::HpaLimits limits = object.limits;
  limits.downscale_stabilization = options.downscale_stabilization;
  return limits;
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
        hpa_(Limits(object, options)),
        scaler_(object, options.limits, kStart) {}

  Course Finish() && { return std::move(course_); }

  void Advance(base::Duration at) {
    at_ = at;
    now_ = kStart + at;
    if (const auto offered = recording_.OfferedAt(at)) offered_ = *offered;
    replicas_.Offer(offered_, kStep, now_);
    scaler_.Begin(now_, offered_ + replicas_.backlog(), [this] {
      return replicas_.Show(recording_.At(at_, now_, options_.limits.stale_after), now_);
    });
    if (IsDue(object_.keda.polling_interval) && object_.keda.Polls()) Poll();
    Push();
    if (IsDue(options_.sync_period)) Sync();
    course_.seconds.push_back({offered_, replicas_.backlog(), replicas_.each(), value_, wanted_,
                               replicas_.count(), replicas_.Serving(now_)});
  }

 private:
  bool IsDue(base::Duration period) const { return at_ % period == base::Duration::zero(); }

  std::vector<Answer> Ask() {
    std::vector<Answer> answers = scaler_.Ask(replicas_.count(), replicas_.Serving(now_));
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
      const auto& evaluation = scaler_.Evaluations()[i];
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

  std::optional<int64_t> Wanted(const std::vector<Answer>& answers, int64_t current) {
    std::vector<std::optional<int64_t>> wishes(answers.size());
    for (size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i].status.ok()) continue;
      const SimulatedTrigger& of = object_.triggers[i];
      wishes[i] = scaling::DesiredReplicas(of.type, answers[i].value, of.trigger.target, current,
                                           replicas_.Serving(now_), object_.tolerances);
    }
    return scaling::LargestWish(wishes, current);
  }

  void Decide(Actor actor, std::vector<Answer> answers, std::optional<int64_t> wanted,
              int64_t after) {
    const int64_t before = replicas_.count();
    replicas_.Scale(after, now_);
    if (after != before) scaler_.Changed();
    course_.decisions.push_back({at_, actor, std::move(answers), wanted, before, after,
                                 replicas_.Serving(now_), offered_, replicas_.backlog()});
  }

  const SimulatedObject& object_;
  const Recording& recording_;
  const SimulationOptions& options_;
  Replicas replicas_;
  KedaModel keda_;
  scaling::HpaModel hpa_;
  SimulatedScaler scaler_;
  base::Duration at_ = {};
  base::SteadyTime now_ = kStart;
  double offered_ = 0;
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
  for (const SimulatedTrigger& each : object.triggers) {
    for (std::string& limit : scaling::ValueLimits(each.trigger)) {
      course.limits.push_back(std::move(limit));
    }
  }
  course.load_metric = LoadMetric(object);
  course.recorded_replicas = recorded;
  course.knows_pods = recording.knows_pods();
  course.open_loop = options.open_loop;
  course.start = options.start;
  return course;
}

}  // namespace gpuscaler::simulation
