#include "cli/decision_text.h"

#include <string_view>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "base/terminal_text.h"
#include "scaling/number.h"

namespace gpuscaler::cli {
namespace {

using decision::v1::Decision;
using decision::v1::Explanation;

constexpr size_t kLongestText = 1000;

std::string Shown(std::string_view text) {
  return base::TerminalText(text, kLongestText);
}

std::string WithUnit(double value, const std::string& unit) {
  return base::StrCat(scaling::NumberText(value), unit.empty() ? "" : " ", Shown(unit));
}

void AddHead(const Decision& decision, std::string& out) {
  base::StrAppend(&out, Shown(decision.namespace_()), "/", Shown(decision.name()));
  if (!decision.metric_name().empty()) {
    base::StrAppend(&out, "  ", Shown(decision.metric_name()), ": ", Shown(decision.aggregation()),
                    " of ", Shown(decision.metric()), ", target ",
                    WithUnit(decision.target(), decision.unit()), ", ",
                    Shown(decision.hpa_metric_type()));
  }
  out += '\n';
  if (!decision.workload().empty()) {
    base::StrAppend(&out, "  ", Shown(decision.workload()), "\n");
  }
  if (!decision.endpoint().empty()) {
    base::StrAppend(&out, "  ", Shown(decision.endpoint()), "\n");
  }
}

void AddMore(uint32_t count, std::string_view what, std::string& out) {
  if (count > 0) base::StrAppend(&out, "    and ", count, " ", what, " more\n");
}

void AddGpus(const Decision& decision, std::string& out) {
  const Explanation& explanation = decision.explanation();
  for (const decision::v1::GpuPart& gpu : explanation.gpus()) {
    const std::string value =
        gpu.has_value() ? WithUnit(gpu.value(), decision.unit()) : std::string("-");
    out += absl::StrFormat(
        "    %-16s GPU %-3d %12s  %s\n", Shown(gpu.node()), gpu.index(), value,
        gpu.counted() ? base::StrCat("counts", gpu.pod().empty() ? "" : "  ", Shown(gpu.pod()))
                      : base::StrCat("does not count: ", Shown(gpu.reason())));
  }
  AddMore(explanation.gpus_not_listed(), "GPUs", out);
}

void AddReplicas(const Explanation& explanation, std::string& out) {
  for (const decision::v1::ReplicaPart& replica : explanation.replicas()) {
    std::string nodes;
    for (const std::string& node : replica.nodes()) base::AppendItem(&nodes, Shown(node));
    base::StrAppend(&out, "    replica ", Shown(replica.name()), " on ", nodes, ": ",
                    Shown(replica.state()), "\n");
  }
  AddMore(explanation.replicas_not_listed(), "replicas", out);
  for (const std::string& node : explanation.silent_nodes()) {
    base::StrAppend(&out, "    node ", Shown(node), " does not tell who holds its GPUs\n");
  }
  AddMore(explanation.silent_nodes_not_listed(), "such nodes", out);
}

void AddAddresses(const Decision& decision, std::string& out) {
  for (const decision::v1::AddressPart& address : decision.explanation().addresses()) {
    out += absl::StrFormat(
        "    %-24s %12s  %s\n", Shown(address.address()),
        address.has_value() ? WithUnit(address.value(), decision.unit()) : std::string("-"),
        address.has_value() ? std::string("counts")
                            : base::StrCat("missing: ", Shown(address.reason())));
  }
  AddMore(decision.explanation().addresses_not_listed(), "addresses", out);
}

void AddHpa(const manifests::ScaledObjectTrigger& trigger, const Decision& decision, bool alone,
            std::string& out) {
  const decision::v1::Hpa& hpa = decision.explanation().hpa();
  const std::string_view of_file =
      trigger.hpa_metric_type == scaling::HpaMetricType::kValue ? "Value" : "AverageValue";
  if (decision.has_value() && of_file != decision.hpa_metric_type()) {
    base::StrAppend(&out, "  the trigger's metricType is ", of_file, ", the scaler takes it for ",
                    Shown(decision.hpa_metric_type()), ": say hpaMetricType: ", of_file,
                    " in its metadata\n");
  }
  base::StrAppend(&out, "  HPA: ", Shown(hpa.text()), "\n");
  if (alone || !hpa.has_next_replicas() || hpa.current_replicas() == 0) return;
  base::StrAppend(&out, "  alone it would: ", hpa.current_replicas(), " -> ", hpa.next_replicas(),
                  "\n");
}

}  // namespace

std::string DecisionText(const manifests::ScaledObjectTrigger& trigger, const Decision& decision,
                         bool alone) {
  std::string out;
  AddHead(decision, out);
  AddGpus(decision, out);
  AddReplicas(decision.explanation(), out);
  AddAddresses(decision, out);
  if (decision.has_error()) {
    base::StrAppend(&out, "  ", Shown(decision.error().code()), ": ",
                    Shown(decision.error().message()), "\n");
    if (decision.has_active()) {
      base::StrAppend(&out, "  ", decision.active() ? "active: " : "inactive: ",
                      Shown(decision.explanation().active_because()), "\n");
    }
  } else {
    for (const std::string& step : decision.explanation().steps()) {
      base::StrAppend(&out, "  ", Shown(step), "\n");
    }
  }
  AddHpa(trigger, decision, alone, out);
  return out;
}

}  // namespace gpuscaler::cli
