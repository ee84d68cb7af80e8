// The engines and routers that the ScaledObjects' triggers read, read as the scaler does.
#include <string>
#include <thread>

#include "base/strings.h"
#include "doctor/checks.h"
#include "engines/engine_signals.h"
#include "scaling/number.h"
#include "scaling/trigger.h"

namespace gpuscaler::doctor {
namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(20);

constexpr const char* kMend =
    "the URL must be reachable from here and allowed by --engine-allow-cidr, --engine-ports and "
    "--engine-schemes; the error names what is not";

Findings FromView(const engines::SignalView& view) {
  const std::string what = base::StrCat(view.signal, " at ", view.endpoint);
  if (!view.settled) {
    return {NotOk(base::StrCat(what, ": not all addresses have answered in time"), kMend)};
  }
  if (!view.resolution.ok()) {
    return {NotOk(base::StrCat(what, ": ", base::Message(view.resolution)), kMend)};
  }
  Findings findings;
  for (const engines::SignalAddress& address : view.addresses) {
    const std::string at = base::StrCat(what, ", ", address.address, ": ");
    if (!address.status.ok()) {
      findings.push_back(NotOk(base::StrCat(at, base::Message(address.status)), kMend));
    } else if (!address.value.ok()) {
      // A rate is a difference: its first reading has none.
      const bool later = absl::IsUnavailable(address.value.status());
      findings.push_back(
          later
              ? Ok(base::StrCat(at, "answers; ", base::Message(address.value.status())))
              : NotOk(
                    base::StrCat(at, base::Message(address.value.status())),
                    "name the engine that this is, or the series that it has, with engineMetric"));
    } else {
      findings.push_back(Ok(base::StrCat(at, scaling::NumberText(*address.value))));
    }
  }
  return findings;
}

Findings OfSource(engines::EngineSignals& signals, const engines::SignalSource& source,
                  base::SteadyTime deadline) {
  for (;;) {
    const auto view = signals.Read(source, base::Now());
    if (!view.ok()) return {NotOk(std::string(base::Message(view.status())), kMend)};
    if (view->settled || base::Now() >= deadline) return FromView(*view);
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace

Findings CheckEngines(const Examined& examined) {
  const Subject& subject = examined.subject;
  if (subject.objects.empty()) return {Skipped("--scaled-object is not given")};
  Findings findings;
  engines::EngineSignals signals(subject.engines, nullptr, [] {});
  for (const manifests::ScaledObject& object : subject.objects) {
    for (size_t i = 0; i < object.triggers.size(); ++i) {
      std::vector<scaling::MetadataEntry> metadata;
      for (const auto& [key, value] : object.triggers[i].metadata) metadata.push_back({key, value});
      const auto trigger = scaling::ParseTrigger(metadata, object.object_namespace);
      if (!trigger.ok()) {
        findings.push_back(
            NotOk(base::StrCat(object.object_namespace, "/", object.name, ", external trigger ", i,
                               ": ", base::Message(trigger.status())),
                  "mend the trigger's metadata"));
        continue;
      }
      if (trigger->engine) {
        for (Finding& finding : OfSource(signals, trigger->engine->source, examined.deadline)) {
          findings.push_back(std::move(finding));
        }
      }
      if (trigger->activation) {
        for (Finding& finding : OfSource(signals, trigger->activation->source, examined.deadline)) {
          findings.push_back(std::move(finding));
        }
      }
    }
  }
  signals.Stop();
  if (findings.empty()) findings.push_back(Skipped("no trigger reads an engine"));
  return findings;
}

}  // namespace gpuscaler::doctor
