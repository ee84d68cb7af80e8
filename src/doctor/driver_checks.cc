// The checks of NVIDIA's driver: each reads a part of what the probe found.
#include <functional>

#include "base/strings.h"
#include "catalog/metrics.h"
#include "doctor/checks.h"

namespace gpuscaler::doctor {
namespace {

using FromFacts = std::function<Findings(const NvmlFacts& facts)>;

Findings OfProbe(const Examined& examined, NvmlStage stage, const FromFacts& of) {
  if (!examined.subject.is_node) return {Skipped("a gateway reads no GPU")};
  if (!examined.subject.reads_hardware) return {Skipped("--source=simulated reads no GPU")};
  const auto facts = examined.nvml->Await(stage, examined.deadline);
  if (facts) return of(*facts);
  return {NotOk(base::StrCat("the driver has not answered for ",
                             base::FormatDuration(examined.subject.patience), ": ",
                             examined.nvml->calling(), " hangs"),
                "a call that hangs in the driver ends only with a reset of the GPU or a reboot of "
                "the node; look for Xid lines in the kernel's log")};
}

// Where an earlier check has said why.
bool HasGpus(const NvmlFacts& facts) {
  return facts.library.ok() && facts.init.ok() && facts.gpu_count > 0;
}

Findings NoGpus() {
  return {Skipped("the driver shows no GPU")};
}

std::string GpuName(const sources::GpuSample& sample) {
  return base::StrCat("GPU ", sample.identity->index, " (", sample.identity->name, ", ",
                      sample.identity->uuid, ")");
}

// The driver's messages end with how to mend it.
Finding FromStatus(const absl::Status& status, std::string_view mend) {
  return NotOk(std::string(base::Message(status)), std::string(mend));
}

Finding OfGpu(const sources::GpuSample& sample) {
  if (!sample.status.ok()) {
    return NotOk(base::StrCat(GpuName(sample), ": ", base::Message(sample.status)),
                 "the scaler leaves this GPU out until it can be read; drain the node to reset it");
  }
  size_t read = 0;
  std::string absent;
  std::string failed;
  for (const catalog::MetricRow& row : catalog::Metrics().first(catalog::kGpuMetricCount)) {
    switch (sample.readings[row.id].state) {
      case telemetry::ReadingState::kValue:
        ++read;
        break;
      case telemetry::ReadingState::kUnsupported:
        base::AppendItem(&absent, row.name);
        break;
      case telemetry::ReadingState::kFailed:
      case telemetry::ReadingState::kNever:
        base::AppendItem(&failed, row.name);
        break;
    }
  }
  std::string what = base::StrCat(GpuName(sample), ": ", read, " metrics read");
  if (!absent.empty()) base::StrAppend(&what, ", not had: ", absent);
  if (failed.empty()) return Ok(std::move(what));
  base::StrAppend(&what, ", failed: ", failed);
  if (!sample.reading_failure.ok()) {
    base::StrAppend(&what, " (", base::Message(sample.reading_failure), ")");
  }
  return Warn(std::move(what),
              "triggers by these metrics get an error, which KEDA's fallback takes");
}

std::string GpusThat(const std::vector<std::optional<bool>>& modes, bool mode) {
  std::string gpus;
  for (size_t i = 0; i < modes.size(); ++i) {
    if (modes[i] == mode) base::AppendItem(&gpus, i);
  }
  return gpus;
}

}  // namespace

Findings CheckLibrary(const Examined& examined) {
  return OfProbe(examined, NvmlStage::kLibrary, [&](const NvmlFacts& facts) -> Findings {
    if (!facts.library.ok()) {
      return {FromStatus(facts.library,
                         "kubectl explain pod.spec.runtimeClassName; on the node itself nvidia-smi "
                         "must work")};
    }
    return {Ok(base::StrCat(examined.subject.nvml_library, " is ", facts.path))};
  });
}

Findings CheckSymbols(const Examined& examined) {
  return OfProbe(examined, NvmlStage::kLibrary, [](const NvmlFacts& facts) -> Findings {
    if (!facts.library.ok()) return {Skipped("there is no driver library")};
    if (facts.missing.empty()) return {Ok("this driver has all functions that are asked")};
    Findings findings;
    for (const MissingFunction& missing : facts.missing) {
      findings.push_back(Warn(base::StrCat(missing.name, " is missing: ", missing.without),
                              "install a newer driver, where that metric is needed"));
    }
    return findings;
  });
}

Findings CheckInit(const Examined& examined) {
  return OfProbe(examined, NvmlStage::kInit, [](const NvmlFacts& facts) -> Findings {
    if (!facts.library.ok()) return {Skipped("there is no driver library")};
    if (!facts.init.ok()) {
      return {FromStatus(facts.init, "mend it on the node until nvidia-smi works there")};
    }
    const std::string version =
        facts.driver_version.empty() ? std::string("unknown") : facts.driver_version;
    if (facts.gpu_count == 0) {
      return {NotOk(base::StrCat("driver ", version, " shows this container no GPU"),
                    "run the pod on a GPU node with runtimeClassName: nvidia and "
                    "NVIDIA_VISIBLE_DEVICES=all")};
    }
    return {Ok(base::StrCat("driver ", version, ", ", facts.gpu_count, " GPUs"))};
  });
}

Findings CheckGpus(const Examined& examined) {
  return OfProbe(examined, NvmlStage::kRead, [](const NvmlFacts& facts) -> Findings {
    if (!HasGpus(facts)) return NoGpus();
    if (!facts.session.ok()) return {FromStatus(facts.session, "mend it on the node")};
    Findings findings;
    for (const sources::GpuSample& sample : facts.samples) findings.push_back(OfGpu(sample));
    return findings;
  });
}

Findings CheckMig(const Examined& examined) {
  return OfProbe(examined, NvmlStage::kModes, [](const NvmlFacts& facts) -> Findings {
    if (!HasGpus(facts)) return NoGpus();
    const std::string with = GpusThat(facts.mig, true);
    if (with.empty()) return {Ok("no GPU is divided by MIG")};
    return {
        NotOk(base::StrCat("MIG is on: GPU ", with,
                           "; this version does not read MIG instances, and such a GPU has no "
                           "utilization of its own"),
              "use GPUs without MIG for workloads that this scales, or nvidia-smi -i INDEX -mig "
              "0 on a drained node")};
  });
}

Findings CheckPersistence(const Examined& examined) {
  return OfProbe(examined, NvmlStage::kModes, [](const NvmlFacts& facts) -> Findings {
    if (!HasGpus(facts)) return NoGpus();
    const std::string without = GpusThat(facts.persistence, false);
    if (without.empty()) return {Ok("on, or not this driver's")};
    return {
        Warn(base::StrCat("off: GPU ", without,
                          "; while nothing uses a GPU the driver lets go of it, and the next "
                          "call to it takes seconds"),
             "run nvidia-persistenced on the node, or nvidia-smi -pm 1; while the scaler runs it "
             "keeps the driver loaded itself")};
  });
}

}  // namespace gpuscaler::doctor
