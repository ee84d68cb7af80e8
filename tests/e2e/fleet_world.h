// A cluster of the real binary: nodes with a driver and a kubelet each, which report
// to gateways.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "e2e/scaler_process.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {

class FleetNode {
 public:
  // `number` makes its GPUs its own, and its name, node-NUMBER, unless one is given.
  FleetNode(uint32_t number, uint32_t gpus, std::string name = "", Place place = {});

  fakes::FakeNvml& nvml() { return nvml_; }
  fakes::FakeKubelet& kubelet() { return kubelet_; }
  // The pod holds these GPUs.
  void Hold(const std::string& pod, const std::vector<uint32_t>& gpus);
  void SetLoad(const std::vector<uint32_t>& percents);

  // Reports to `gateways`, as --report-to takes them.
  void Start(const std::string& gateways, const std::vector<std::string>& more_flags = {});
  void Stop() { scaler_.reset(); }
  void Kill() { scaler_->Kill(); }
  ScalerProcess& scaler() { return *scaler_; }
  const std::string& name() const { return name_; }

 private:
  const std::string name_;
  const Place place_;
  fakes::FakeNvml nvml_;
  fakes::FakeKubelet kubelet_;
  std::unique_ptr<ScalerProcess> scaler_;
};

class FleetGateway {
 public:
  explicit FleetGateway(std::vector<std::string> more_flags = {}, Place place = {})
      : more_flags_(std::move(more_flags)), place_(std::move(place)) {}

  void Start();
  void Stop() { scaler_.reset(); }
  void Kill() { scaler_->Kill(); }
  bool running() const { return scaler_ != nullptr; }
  ScalerProcess& scaler() { return *scaler_; }
  Keda& keda() { return scaler_->keda(); }
  uint16_t report_port() const { return report_port_; }
  std::string address() const { return place_.host + ":" + std::to_string(report_port_); }

 private:
  const std::vector<std::string> more_flags_;
  const Place place_;
  const ScalerPorts ports_;
  const uint16_t report_port_ = FreePort();
  std::unique_ptr<ScalerProcess> scaler_;
};

}  // namespace gpuscaler::e2e
