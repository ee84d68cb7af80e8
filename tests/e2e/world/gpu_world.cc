// gpu_world: GPUs and kubelets of nodes that are not there, as lines on standard input
// say. What runs on the nodes finds them by the environment and the socket that `node`
// answers with.
//
//   node NODE GPUS                    a node with so many idle GPUs, and no pod
//   gpu NODE GPU KEY=NUMBER...        from now on; keys: utilization and memory in
//                                     percent, nvlink in MB/s sent, lost 0 or 1
//   hold NODE NAMESPACE/POD DEVICE... the pod's container gets them; a device is a GPU's
//                                     index, or INDEX::REPLICA of a time-sliced one
//   release NODE NAMESPACE/POD
//   driver NODE back|gone
//   kubelet NODE answers|hangs
//
// Each is answered by a line of JSON, an object; with a key `error` it did nothing. Ends
// with its input.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/json_quote.h"
#include "base/strings.h"
#include "fakes/kubelet/fake_kubelet.h"
#include "fakes/nvml/fake_nvml.h"

namespace gpuscaler::e2e {
namespace {

constexpr uint64_t kGpuMemoryBytes = uint64_t{80} << 30;
constexpr uint64_t kBytesPerMegabyte = 1'000'000;

// What is wrong with a line.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

uint32_t Number(const std::string& word) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) {
    throw Refusal(base::StrCat("'", word, "' is no whole number"));
  }
  return number;
}

template <class Table>
const auto& Row(const Table& table, const std::string& key) {
  const auto found = table.find(key);
  if (found != table.end()) return found->second;
  std::string known;
  for (const auto& row : table) base::StrAppend(&known, known.empty() ? "" : ", ", row.first);
  throw Refusal(base::StrCat("'", key, "' is none of ", known));
}

class Words {
 public:
  explicit Words(const std::string& line) : line_(line) {}

  std::string Next(const std::string& what) {
    std::string word;
    if (!(line_ >> word)) throw Refusal(base::StrCat(what, " is missing"));
    return word;
  }
  std::vector<std::string> Rest() {
    std::vector<std::string> words;
    for (std::string word; line_ >> word;) words.push_back(word);
    return words;
  }

 private:
  std::istringstream line_;
};

// The two sides of "a/b" or "a=b".
std::pair<std::string, std::string> Halves(const std::string& word, char between) {
  const size_t at = word.find(between);
  if (at == std::string::npos) {
    throw Refusal(base::StrCat("'", word, "' has no '", std::string(1, between), "'"));
  }
  return {word.substr(0, at), word.substr(at + 1)};
}

class Node {
 public:
  // `number` makes its GPUs its own.
  Node(uint32_t number, uint32_t gpus) : gpus_(gpus), nvml_(gpus) {
    nvml_.SetPcieWindow(std::chrono::milliseconds(20));
    for (uint32_t i = 0; i < gpus; ++i) {
      nvml_.gpu(i).SetUuidNumber(number * 100 + i);
      nvml_.gpu(i).SetUtilization(0, 0);
      nvml_.gpu(i).SetMemory(kGpuMemoryBytes, 0, 0);
      nvml_.gpu(i).SetNvlinkRates(0, 0);
    }
  }

  std::string Places() const {
    std::string environment;
    for (const auto& [name, value] : nvml_.ChildEnvironment()) {
      base::StrAppend(&environment, environment.empty() ? "" : ", ", base::JsonQuote(name), ": ",
                      base::JsonQuote(value));
    }
    return base::StrCat("{\"environment\": {", environment,
                        "}, \"socket\": ", base::JsonQuote(kubelet_.socket()), "}");
  }

  void SetGpu(Words& words) {
    fakes::FakeGpu gpu = nvml_.gpu(Gpu(words.Next("GPU")));
    const std::map<std::string, std::function<void(uint32_t)>> setters = {
        {"utilization", [&](uint32_t percent) { gpu.SetUtilization(percent, percent / 2); }},
        {"memory", [&](uint32_t percent) { gpu.SetMemoryUsed(kGpuMemoryBytes / 100 * percent); }},
        {"nvlink", [&](uint32_t mbps) { gpu.SetNvlinkRates(mbps * kBytesPerMegabyte, 0); }},
        {"lost", [&](uint32_t lost) { lost != 0 ? gpu.Lose() : gpu.Recover(); }},
    };
    // All of it is understood before any of it is done.
    std::vector<std::function<void()>> sets;
    for (const std::string& word : words.Rest()) {
      const auto [key, value] = Halves(word, '=');
      sets.push_back([&set = Row(setters, key), number = Number(value)] { set(number); });
    }
    for (const auto& set : sets) set();
  }

  void Hold(Words& words) {
    const auto [pod_namespace, pod] = Halves(words.Next("NAMESPACE/POD"), '/');
    std::vector<std::string> ids;
    for (const std::string& device : words.Rest()) {
      const size_t replica = device.find("::");
      ids.push_back(nvml_.gpu(Gpu(device.substr(0, replica))).uuid());
      if (replica != std::string::npos) ids.back() += device.substr(replica);
    }
    kubelet_.Hold(pod_namespace, pod, ids);
  }

  void Release(Words& words) {
    const auto [pod_namespace, pod] = Halves(words.Next("NAMESPACE/POD"), '/');
    kubelet_.Remove(pod_namespace, pod);
  }

  void SetDriver(Words& words) {
    const std::map<std::string, std::function<void()>> states = {
        {"back", [&] { nvml_.LoadDriver(); }}, {"gone", [&] { nvml_.RemoveDriver(); }}};
    Row(states, words.Next("back|gone"))();
  }

  void SetKubelet(Words& words) {
    const std::map<std::string, std::function<void()>> states = {
        {"answers", [&] { kubelet_.Release(); }}, {"hangs", [&] { kubelet_.Hang(); }}};
    Row(states, words.Next("answers|hangs"))();
  }

 private:
  uint32_t Gpu(const std::string& word) const {
    const uint32_t gpu = Number(word);
    if (gpu >= gpus_) throw Refusal(base::StrCat("GPU ", gpu, " of ", gpus_));
    return gpu;
  }

  const uint32_t gpus_;
  fakes::FakeNvml nvml_;
  fakes::FakeKubelet kubelet_;
};

class World {
 public:
  // The answer.
  std::string Do(Words words) {
    static const std::map<std::string, void (Node::*)(Words&)> kVerbs = {
        {"driver", &Node::SetDriver},   {"gpu", &Node::SetGpu},      {"hold", &Node::Hold},
        {"kubelet", &Node::SetKubelet}, {"release", &Node::Release},
    };
    const std::string verb = words.Next("verb");
    const std::string name = words.Next("NODE");
    if (verb == "node") return Add(name, Number(words.Next("GPUS"))).Places();
    ((*Row(nodes_, name)).*Row(kVerbs, verb))(words);
    return "{}";
  }

 private:
  Node& Add(const std::string& name, uint32_t gpus) {
    if (nodes_.contains(name)) throw Refusal(base::StrCat("there is a node ", name));
    if (gpus == 0 || gpus > fakes::kMaxFakeGpus) {
      throw Refusal(base::StrCat(gpus, " GPUs: a node has 1 to ", fakes::kMaxFakeGpus));
    }
    return *(nodes_[name] = std::make_unique<Node>(static_cast<uint32_t>(nodes_.size()) + 1, gpus));
  }

  std::map<std::string, std::unique_ptr<Node>> nodes_;
};

}  // namespace
}  // namespace gpuscaler::e2e

int main() {
  using namespace gpuscaler;
  e2e::World world;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << world.Do(e2e::Words(line)) << std::endl;
    } catch (const e2e::Refusal& refusal) {
      std::cout << "{\"error\": " << base::JsonQuote(refusal.what()) << "}" << std::endl;
    }
  }
  return 0;
}
