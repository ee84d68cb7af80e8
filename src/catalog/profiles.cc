#include "catalog/profiles.h"

#include <array>

#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

// clang-format off
constexpr std::array<ProfileRow, 14> kProfiles = {{
    {"vllm-inference",
     "vLLM by memory: its KV cache where vllmEndpoint is given, else VRAM, which vLLM preallocates.",
     "keda_gpu_vllm_inference",
     Metric::kMemoryUsedPercent, Metric::kVllmKvCacheUsage, 80, 5, std::nullopt, false},
    {"vllm-inflight",
     "vLLM by requests waiting and running; target: 0.8 x the sequences that a replica can hold.",
     "keda_gpu_vllm_inflight",
     Metric::kVllmInflight, std::nullopt, std::nullopt, 0, Aggregation::kSum, false},
    {"vllm-queue-depth",
     "vLLM by requests waiting.",
     "keda_gpu_vllm_queue_depth",
     Metric::kVllmQueueDepth, std::nullopt, 5, 0, std::nullopt, false},
    {"sglang-inflight",
     "SGLang by requests waiting and running; target: 0.8 x the sequences that a replica can hold.",
     "keda_gpu_sglang_inflight",
     Metric::kSglangInflight, std::nullopt, std::nullopt, 0, Aggregation::kSum, false},
    {"tgi-inflight",
     "Text Generation Inference by requests waiting and running; target as of vllm-inflight.",
     "keda_gpu_tgi_inflight",
     Metric::kTgiInflight, std::nullopt, std::nullopt, 0, Aggregation::kSum, false},
    {"tensorrt-llm-inflight",
     "TensorRT-LLM by requests waiting and running; target as of vllm-inflight.",
     "keda_gpu_tensorrt_llm_inflight",
     Metric::kTensorrtLlmInflight, std::nullopt, std::nullopt, 0, Aggregation::kSum, false},
    {"triton-inference",
     "Triton by GPU utilization.",
     "keda_gpu_triton_inference",
     Metric::kGpuUtilization, std::nullopt, 75, 10, std::nullopt, false},
    {"triton-queue-wait",
     "Triton by the time that requests wait.",
     "keda_gpu_triton_queue_wait",
     Metric::kTritonQueueWaitMs, std::nullopt, 50, 5, std::nullopt, false},
    {"triton-request-rate",
     "Triton by requests per second.",
     "keda_gpu_triton_request_rate",
     Metric::kTritonRequestRate, std::nullopt, 50, 1, std::nullopt, false},
    {"training",
     "Training by GPU utilization; always active: a checkpoint at 0% must not be scaled to zero.",
     "keda_gpu_training",
     Metric::kGpuUtilization, std::nullopt, 90, 0, std::nullopt, true},
    {"distributed-training",
     "Data-parallel training by NVLink traffic.",
     "keda_gpu_distributed_training",
     Metric::kNvlinkTxMbps, std::nullopt, 50000, 5000, std::nullopt, false},
    {"batch",
     "Batch jobs by memory.",
     "keda_gpu_batch",
     Metric::kMemoryUsedPercent, std::nullopt, 70, 1, std::nullopt, false},
    {"ollama",
     "Ollama by memory.",
     "keda_gpu_ollama",
     Metric::kMemoryUsedPercent, std::nullopt, 70, 3, std::nullopt, false},
    {"tgi-inference",
     "Text Generation Inference by memory, which TGI preallocates.",
     "keda_gpu_tgi_inference",
     Metric::kMemoryUsedPercent, std::nullopt, 75, 5, std::nullopt, false},
}};
// clang-format on

}  // namespace

std::span<const ProfileRow> Profiles() {
  return kProfiles;
}

const ProfileRow* FindProfile(std::string_view name) {
  for (const ProfileRow& row : kProfiles) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string ProfileNames() {
  std::string names;
  for (const ProfileRow& row : kProfiles) {
    base::AppendItem(&names, row.name);
  }
  return names;
}

}  // namespace gpuscaler::catalog
