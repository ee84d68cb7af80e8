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

struct EngineRow {
  Engine id;
  std::string_view name;  // as a trigger's `engine` names it
  std::string_view help;
  std::string_view path;    // where its metrics are, if the endpoint names no path
  bool any_series = false;  // it has no quantities: the trigger names a series
};

std::span<const EngineRow> Engines();
const EngineRow& Row(Engine engine);
// nullptr: no engine of this name. Exact match.
const EngineRow* FindEngine(std::string_view name);
// "vllm, sglang, ...".
std::string EngineNames();

}  // namespace gpuscaler::catalog
