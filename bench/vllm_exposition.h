// A text like that of a vLLM server's /metrics, histograms and all: 95 KB.
#pragma once

#include <string>

namespace gpuscaler::bench {

// What each server of VllmExposition's has waiting and running, over its engines.
inline constexpr int kVllmInflight = 14;

// Of a server with two engines of data parallelism.
std::string VllmExposition();

}  // namespace gpuscaler::bench
