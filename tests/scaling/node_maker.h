// A node with pods for tests, step by step.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "scaling/views.h"
#include "telemetry/ownership.h"

namespace gpuscaler::scaling {

// A node under construction: GPU i has the UUID "NODE-i".
class NodeMaker {
 public:
  explicit NodeMaker(const std::string& name) {
    node_ = MakeNode(name, {});
    ownership_.listed_at = kNow;
  }
  // A GPU more, with this utilization; answers its UUID.
  std::string Gpu(double utilization, base::Duration age = {}) {
    const auto index = static_cast<uint32_t>(node_.gpus.size());
    telemetry::GpuSnapshot gpu = MakeGpu(index, catalog::Metric::kGpuUtilization, utilization, age);
    auto identity = std::make_shared<telemetry::GpuIdentity>(*gpu.identity);
    identity->uuid = base::StrCat(node_.node, "-", index);
    gpu.identity = identity;
    node_.gpus.push_back(gpu);
    return identity->uuid;
  }
  // A pod more; `age` empty: it was there when the node first looked.
  NodeMaker& Pod(const std::string& name, std::vector<std::string> gpus,
                 std::optional<base::Duration> age = {}, bool worked = true,
                 const std::string& pod_namespace = "ns") {
    telemetry::Pod pod = {pod_namespace, name, {}, std::move(gpus)};
    if (age) pod.appeared_at = kNow - *age;
    ownership_.pods.push_back(std::move(pod));
    node_.pods_worked.push_back(worked);
    return *this;
  }
  NodeMaker& Listed(base::Duration ago, absl::Status status = absl::OkStatus()) {
    ownership_.listed_at = kNow - ago;
    ownership_.status = std::move(status);
    return *this;
  }
  NodeMaker& Lose(size_t gpu) {
    node_.gpus[gpu].status = absl::UnavailableError("GPU is lost");
    return *this;
  }
  telemetry::Snapshot Make() {
    node_.ownership = std::make_shared<const telemetry::Ownership>(ownership_);
    return node_;
  }

 private:
  telemetry::Snapshot node_;
  telemetry::Ownership ownership_;
};

}  // namespace gpuscaler::scaling
