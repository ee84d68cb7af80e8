#include "catalog/engines.h"

#include <array>
#include <cstddef>

#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

// clang-format off
constexpr std::array<EngineRow, 14> kEngines = {{
    {Engine::kVllm, "vllm", "vLLM.", "/metrics"},
    {Engine::kSglang, "sglang", "SGLang, started with --enable-metrics.", "/metrics"},
    // Its /metrics is JSON.
    {Engine::kTensorrtLlm, "tensorrt-llm", "TensorRT-LLM's own server, trtllm-serve.",
     "/prometheus/metrics"},
    {Engine::kTriton, "triton", "Triton Inference Server, any backend.", "/metrics"},
    {Engine::kTritonTensorrtLlm, "triton-tensorrt-llm",
     "Triton Inference Server with the TensorRT-LLM backend, which queues by itself.", "/metrics"},
    {Engine::kTgi, "tgi", "Text Generation Inference.", "/metrics"},
    {Engine::kNim, "nim", "NVIDIA NIM for LLMs.", "/v1/metrics"},
    {Engine::kLlamacpp, "llamacpp", "llama.cpp's server, started with --metrics.", "/metrics"},
    {Engine::kLmdeploy, "lmdeploy", "LMDeploy.", "/metrics"},
    {Engine::kDynamo, "dynamo", "The frontend of NVIDIA Dynamo, which lives at zero replicas.",
     "/metrics", AtZero::kLives},
    {Engine::kLlmD, "llm-d",
     "The router (EPP) of llm-d and of the Gateway API inference extension, which lives at zero replicas.",
     "/metrics", AtZero::kLives},
    {Engine::kRayServe, "ray-serve", "Ray Serve: the metrics agent of each Ray node.", "/metrics",
     AtZero::kLives},
    {Engine::kProductionStack, "production-stack",
     "The router of the vLLM production stack, which lives at zero replicas.", "/metrics", AtZero::kLives},
    {Engine::kPrometheus, "prometheus", "Anything that serves the Prometheus text format.",
     "/metrics", AtZero::kUnknown, true},
}};
// clang-format on

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < kEngines.size(); ++i) {
    if (kEngines[i].id != static_cast<Engine>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInOrder(), "a row's place is its Engine's value");

}  // namespace

std::span<const EngineRow> Engines() {
  return kEngines;
}

const EngineRow& Row(Engine engine) {
  return kEngines[static_cast<size_t>(engine)];
}

const EngineRow* FindEngine(std::string_view name) {
  for (const EngineRow& row : kEngines) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string EngineNames() {
  std::string names;
  for (const EngineRow& row : kEngines) base::AppendItem(&names, row.name);
  return names;
}

}  // namespace gpuscaler::catalog
