#include "sources/simulated/load_simulated.h"

namespace gpuscaler::sources {

std::string_view DefaultScenario() {
  // The same load everywhere, a little later on each GPU: utilization, memory
  // and power rise and fall together, so that the average moves as well.
  static constexpr std::string_view kYaml = R"(
gpus:
  - count: 8
    phase_step: -0.03
    name: Simulated H100
    gpu_utilization: {wave: sine, min: 5, max: 100, period: 90s}
    memory_utilization: {wave: sine, min: 2, max: 61, period: 90s}
    memory_total_mib: 81559
    memory_used_mib: {wave: sine, min: 14200, max: 76800, period: 90s, phase: -0.05}
    temperature: {wave: sine, min: 34, max: 71, period: 90s, phase: -0.1}
    power_draw: {wave: sine, min: 118, max: 684, period: 90s}
    pcie_tx_kbps: {wave: noise, min: 20000, max: 900000, period: 2s, seed: 1}
    pcie_rx_kbps: {wave: noise, min: 60000, max: 2600000, period: 2s, seed: 101}
    nvlink_tx_mbps: {wave: sine, min: 0, max: 182000, period: 45s}
    nvlink_rx_mbps: {wave: sine, min: 0, max: 181000, period: 45s, phase: 0.01}
)";
  return kYaml;
}

}  // namespace gpuscaler::sources
