// Which inference engine a workload probably runs, by its names and images.
#pragma once

#include <string>
#include <string_view>

#include "lint/checked_object.h"

namespace gpuscaler::lint {

// An engine that takes the GPU's memory at the start and keeps it, and that works on
// many requests at once.
struct EngineHint {
  std::string_view engine;   // "vLLM"; empty: none is hinted at
  std::string_view profile;  // the one to scale it on; empty: none
  std::string where;         // "the image vllm/vllm-openai:v0.9"
};

EngineHint HintOf(const CheckedTrigger& trigger);

}  // namespace gpuscaler::lint
