// The table of inference engines: where each serves its metrics.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gpuscaler::catalog {

enum class Engine : uint8_t {
  kVllm,
  kSglang,
  kTensorrtLlm,
  kTriton,
  kTritonTensorrtLlm,
  kTgi,
  kNim,
  kLlamacpp,
  kLmdeploy,
  kDynamo,
  kLlmD,
  kRayServe,
  kProductionStack,
  kPrometheus,
};

// What becomes of its metrics while the workload has no replica.
enum class AtZero : uint8_t {
  kGone,     // the engine runs in the replicas
  kLives,    // a router, or whatever else takes the requests
  kUnknown,  // it may be either
};

struct EngineRow {
  Engine id;
  std::string_view name;  // as a trigger's `engine` names it
  std::string_view help;
  std::string_view path;  // where its metrics are, if the endpoint names no path
  AtZero at_zero = AtZero::kGone;
  bool any_series = false;  // it has no quantities: the trigger names a series
};

std::span<const EngineRow> Engines();
const EngineRow& Row(Engine engine);
// nullptr: no engine of this name. Exact match.
const EngineRow* FindEngine(std::string_view name);
// "vllm, sglang, ...".
std::string EngineNames();

}  // namespace gpuscaler::catalog
