// page_world: a gateway and three nodes of the real binary, for the test of the page,
// which says by lines on standard input what happens to them.
//
//   load NODE PERCENT...               what its GPUs' utilization is from now on
//   lose NODE GPU                      that GPU falls off the bus
//   kill NODE                          as a node fails: no notice
//   ask NAMESPACE/NAME [KEY=VALUE...]  KEDA's questions about a ScaledObject, once
//   stop, start                        the gateway
//
// Each is answered by a line of JSON; the first line says where the pages are. Ends with
// its input.
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "await.h"
#include "base/strings.h"
#include "e2e/fleet_world.h"
#include "google/protobuf/util/json_util.h"

namespace gpuscaler::e2e {
namespace {

// As Kubernetes makes them up: without vowels, 0, 1 and 3.
constexpr const char* kSuffixes[] = {"22222", "x2b4k", "zzzzz"};

class World {
 public:
  World() {
    for (uint32_t i = 1; i <= 3; ++i) nodes_.push_back(std::make_unique<FleetNode>(i, 4));
    for (uint32_t i = 0; i < 3; ++i) {
      node(i).SetLoad({20, 30, 40, 50});
      node(i).Hold(base::StrCat("llm-7d9c8b5f4d-", kSuffixes[i]), {0, 1});
    }
    node(1).Hold("embeddings-0", {2});
    gateway_.Start();
    for (const auto& each : nodes_) each->Start(gateway_.address());
    Await([this] {
      return gateway_.scaler().Sample("keda_gpu_scaler_fleet_open_streams") == nodes_.size();
    });
    gateway_.scaler().AwaitServing();
  }

  // The lines' first words.
  void Do(std::istringstream& line, std::string* answer) {
    std::string verb;
    line >> verb;
    const std::map<std::string, std::function<void()>> verbs = {
        {"load", [&] { Load(line); }},          {"lose", [&] { Lose(line); }},
        {"kill", [&] { NodeOf(line).Kill(); }}, {"ask", [&] { *answer = Ask(line); }},
        {"stop", [&] { gateway_.Stop(); }},     {"start", [&] { gateway_.Start(); }},
    };
    const auto found = verbs.find(verb);
    if (found == verbs.end()) {
      *answer = "{\"error\": \"the verbs are load, lose, kill, ask, stop, start\"}";
    } else {
      found->second();
    }
  }

  std::string Places() {
    return base::StrCat("{\"gateway\": ", gateway_.scaler().ports().metrics,
                        ", \"node\": ", node(0).scaler().ports().metrics, "}");
  }

 private:
  FleetNode& node(size_t i) { return *nodes_[i]; }
  FleetNode& NodeOf(std::istringstream& line) {
    size_t number = 0;
    line >> number;
    return *nodes_.at(number - 1);
  }

  void Load(std::istringstream& line) {
    FleetNode& node = NodeOf(line);
    std::vector<uint32_t> percents;
    for (uint32_t percent = 0; line >> percent;) percents.push_back(percent);
    node.SetLoad(percents);
  }

  void Lose(std::istringstream& line) {
    FleetNode& node = NodeOf(line);
    uint32_t gpu = 0;
    line >> gpu;
    node.nvml().gpu(gpu).Lose();
  }

  std::string Ask(std::istringstream& line) {
    externalscaler::GetMetricsRequest request;
    externalscaler::ScaledObjectRef& object = *request.mutable_scaledobjectref();
    std::string name;
    line >> name;
    object.set_namespace_(name.substr(0, name.find('/')));
    object.set_name(name.substr(name.find('/') + 1));
    for (std::string pair; line >> pair;) {
      const size_t equals = pair.find('=');
      (*object.mutable_scalermetadata())[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    auto& stub = gateway_.keda().stub();
    externalscaler::GetMetricSpecResponse spec;
    const Call specs;
    (void)stub.GetMetricSpec(specs.context.get(), object, &spec);
    if (spec.metricspecs_size() > 0) request.set_metricname(spec.metricspecs(0).metricname());
    externalscaler::IsActiveResponse active;
    const Call activity;
    (void)stub.IsActive(activity.context.get(), object, &active);
    externalscaler::GetMetricsResponse metrics;
    const Call values;
    const grpc::Status status = stub.GetMetrics(values.context.get(), request, &metrics);
    if (!status.ok()) return base::StrCat("{\"code\": ", status.error_code(), "}");
    std::string json;
    (void)google::protobuf::util::MessageToJsonString(metrics, &json);
    return json;
  }

  struct Call {
    Call() { context->set_deadline(std::chrono::system_clock::now() + kCallPatience); }
    std::unique_ptr<grpc::ClientContext> context = std::make_unique<grpc::ClientContext>();
  };

  std::vector<std::unique_ptr<FleetNode>> nodes_;
  FleetGateway gateway_;
};

}  // namespace
}  // namespace gpuscaler::e2e

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);  // the world's parts complain by it
  gpuscaler::e2e::World world;
  std::cout << world.Places() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string answer = "{}";
    world.Do(words, &answer);
    std::cout << answer << std::endl;
  }
  return 0;
}
