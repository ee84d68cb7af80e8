#include "e2e/fleet_world.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/strings.h"

namespace gpuscaler::e2e {
namespace {

constexpr const char* kNamespace = "default";  // MakeRef's

}  // namespace

FleetNode::FleetNode(uint32_t number, uint32_t gpus, std::string name, Place place)
    : name_(name.empty() ? base::StrCat("node-", number) : std::move(name)),
      place_(std::move(place)),
      nvml_(gpus) {
  for (uint32_t i = 0; i < gpus; ++i) nvml_.gpu(i).SetUuidNumber(number * 100 + i);
}

void FleetNode::Hold(const std::string& pod, const std::vector<uint32_t>& gpus) {
  std::vector<std::string> uuids;
  for (const uint32_t gpu : gpus) uuids.push_back(nvml_.gpu(gpu).uuid());
  kubelet_.Hold(kNamespace, pod, uuids);
}

void FleetNode::SetLoad(const std::vector<uint32_t>& percents) {
  for (uint32_t i = 0; i < percents.size(); ++i) nvml_.gpu(i).SetUtilization(percents[i], 0);
}

void FleetNode::Start(const std::string& gateways, const std::vector<std::string>& more_flags) {
  std::vector<std::string> flags = {"--fast-interval=20ms",
                                    "--poll-interval=100ms",
                                    "--stale-after=3s",
                                    "--node-name=" + name_,
                                    "--pod-resources-socket=" + kubelet_.socket(),
                                    "--report-to=" + gateways};
  flags.insert(flags.end(), more_flags.begin(), more_flags.end());
  scaler_ = std::make_unique<ScalerProcess>(std::move(flags), nvml_.ChildEnvironment(),
                                            ScalerPorts(), place_);
  ASSERT_TRUE(scaler_->AwaitServing());
}

void FleetGateway::Start() {
  std::vector<std::string> flags = {"--role=gateway", "--stale-after=3s",
                                    base::StrCat("--report-port=", report_port_)};
  flags.insert(flags.end(), more_flags_.begin(), more_flags_.end());
  scaler_ = std::make_unique<ScalerProcess>(std::move(flags), Environment(), ports_, place_);
  ASSERT_TRUE(scaler_->AwaitStart());
}

}  // namespace gpuscaler::e2e
