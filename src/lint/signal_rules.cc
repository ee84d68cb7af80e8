// Whether the metric says anything of the load (docs/choosing-a-signal.md).
#include <algorithm>

#include "lint/engine_hint.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

bool IsMemory(const CheckedTrigger& trigger) {
  return trigger.read && !trigger.read->engine &&
         (trigger.read->metric == catalog::Metric::kMemoryUsedPercent ||
          trigger.read->metric == catalog::Metric::kMemoryUsedMib);
}

std::string Instead(const EngineHint& hint) {
  return hint.profile.empty()
             ? std::string("scale on inflight (engine, engineEndpoint, metricType: inflight)")
             : base::StrCat("scale on requests: profile ", hint.profile);
}

void PreallocatedMemory(const CheckedTrigger& trigger, Findings& findings) {
  if (!IsMemory(trigger)) return;
  const EngineHint hint = HintOf(trigger);
  if (hint.engine.empty()) return;
  const bool vllm = trigger.Value("profile") == "vllm-inference";
  findings.Add(trigger.MetricLine(), trigger.MetricName(), ", and by ", hint.where, " this is ",
               hint.engine,
               ", which takes its share of the memory at the start and keeps it: the number is the "
               "same at no request and at full load; ",
               vllm ? "give vllmEndpoint for its KV cache, or " : "", Instead(hint));
}

void UtilizationUnderBatching(const CheckedTrigger& trigger, Findings& findings) {
  if (!trigger.read || trigger.read->engine ||
      trigger.read->metric != catalog::Metric::kGpuUtilization || trigger.read->always_active) {
    return;
  }
  const EngineHint hint = HintOf(trigger);
  if (hint.engine.empty()) return;
  findings.Add(trigger.MetricLine(), "gpu_utilization, and by ", hint.where, " this is ",
               hint.engine,
               ", which batches continuously: one running request of many makes it near 100%, and "
               "replicas are added until many are idle; ",
               Instead(hint));
}

bool IsWaiting(const CheckedTrigger& trigger) {
  const catalog::QuantityRow* quantity = trigger.quantity();
  return quantity != nullptr && quantity->id == catalog::Quantity::kWaiting;
}

void WaitingOnly(const CheckedObject& object, Findings& findings) {
  if (object.triggers.empty() || object.triggers.size() != object.object->triggers.size() ||
      !object.object->other_triggers.empty() ||
      !std::all_of(object.triggers.begin(), object.triggers.end(), IsWaiting)) {
    return;
  }
  const CheckedTrigger& trigger = object.triggers.front();
  findings.Add(trigger.MetricLine(), trigger.MetricName(),
               " is 0 whenever there are enough replicas, and to HPA 0 means that none are needed: "
               "it swings between 1 and maxReplicaCount ",
               object.object->max_replicas,
               "; scale on inflight (waiting and running), or add a trigger that holds the base");
}

bool IsTraining(const CheckedTrigger& trigger) {
  const auto profile = trigger.Value("profile");
  return profile == "training" || profile == "distributed-training";
}

void TrainingScaleDown(const CheckedTrigger& trigger, Findings& findings) {
  if (!IsTraining(trigger)) return;
  const manifests::ScaledObject& object = *trigger.object->object;
  const auto& down = object.behavior.scale_down;
  if (down && down->select_policy == scaling::SelectPolicy::kDisabled) return;
  if (object.min_replicas == object.max_replicas) return;
  findings.Add(
      trigger.LineOf("profile"), "profile ", *trigger.Value("profile"),
      ", and HPA may scale down: while a checkpoint is written the GPUs are idle, and after "
      "its stabilization window it goes to ",
      std::max<int64_t>(1, object.min_replicas),
      "; set advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.selectPolicy: "
      "Disabled");
}

constexpr RuleRow kRows[] = {
    {"preallocated-memory", Severity::kWarning, "Memory of an engine that preallocates it",
     "vLLM, SGLang, TGI, TensorRT-LLM, NIM and LMDeploy take a share of the GPU's memory when they "
     "start and keep it. What is in use does not tell how busy they are: such a trigger only "
     "scales up, or never. The engine is known by the profile, the names, or the image of a "
     "workload in the same files.",
     "Scale on requests: `vllm-inflight`, `sglang-inflight`, `tgi-inflight`, "
     "`tensorrt-llm-inflight`; or `metricType: inflight` with `engine` and `engineEndpoint`. With "
     "`vllmEndpoint` the profile `vllm-inference` reads the KV cache instead.",
     nullptr, PreallocatedMemory},
    {"utilization-under-batching", Severity::kInfo,
     "`gpu_utilization` of an engine that batches continuously",
     "NVML's utilization is the share of time in which any kernel ran. An engine that works on "
     "many requests at once shows near 100% with one of them, so replicas are added until many are "
     "idle: in simulations 50 to 75 where 4 do.",
     "Scale on requests waiting and running (`inflight`).", nullptr, UtilizationUnderBatching},
    {"waiting-only", Severity::kWarning, "Waiting requests as the only signal",
     "A fleet that is large enough has no queue, and a value of 0 tells HPA that nothing is "
     "needed. It takes the fleet away, everything queues, and it asks for everything: in "
     "simulations it swung between 1 and 60 replicas for ever.",
     "Scale on `inflight`, which counts running requests too, or add a trigger that holds the "
     "base. For batch work, whose queue is meant to be long, read the queue itself (`engine: "
     "prometheus`).",
     WaitingOnly, nullptr, kOfHpaArithmetic},
    {"training-scale-down", Severity::kWarning, "Training that HPA may scale down",
     "The profile `training` keeps a workload from zero, but at 0% utilization, while a checkpoint "
     "is written, HPA still goes to minReplicaCount, or to 1.",
     "Set `behavior.scaleDown.selectPolicy: Disabled`; the job ends by itself.", nullptr,
     TrainingScaleDown},
};

}  // namespace

std::span<const RuleRow> SignalRules() {
  return kRows;
}

}  // namespace gpuscaler::lint
