#include "catalog/engine_quantities.h"

#include "base/strings.h"

namespace gpuscaler::catalog {
namespace {

using Text = std::string_view;
constexpr double kPercent = 100;
constexpr double kUsToMs = 0.001;

// vLLM: engines of data parallelism are told apart by the label `engine`. The
// second name of the cache is that of versions before late 2025.
constexpr Text kVllmWaiting[] = {"vllm:num_requests_waiting"};
constexpr Text kVllmRunning[] = {"vllm:num_requests_running"};
constexpr Text kVllmKv[] = {"vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"};
constexpr Text kVllmRequests[] = {"vllm:request_success_total"};

// SGLang (srt/observability/metrics_collector.py): dp_rank, where there is one,
// names a queue; tp_rank counts over all of them, and what a rank says is what its
// group says. With priority scheduling versions of early 2026 add series by
// priority to the total, whose `priority` is empty.
constexpr Text kSglangWaiting[] = {"sglang:num_queue_reqs{priority=\"\"}",
                                   "sglang_num_queue_reqs{priority=\"\"}"};
constexpr Text kSglangRunning[] = {"sglang:num_running_reqs{priority=\"\"}",
                                   "sglang_num_running_reqs{priority=\"\"}"};
constexpr Text kSglangKv[] = {"sglang:token_usage", "sglang_token_usage"};
constexpr Text kSglangRequests[] = {"sglang:num_requests_total", "sglang_num_requests_total"};
constexpr Text kSglangRanks[] = {"tp_rank", "pp_rank", "moe_ep_rank"};

constexpr Text kTrtWaiting[] = {"trtllm_num_requests_waiting"};
constexpr Text kTrtRunning[] = {"trtllm_num_requests_running"};
constexpr Text kTrtKv[] = {"trtllm_kv_cache_utilization"};
constexpr Text kTrtRequests[] = {"trtllm_request_success_total"};

// Triton: per model and version. A request counts, and its wait is added, when it
// is answered. nv_inference_count is no count of requests: a batch of n is n.
constexpr Text kTritonPending[] = {"nv_inference_pending_request_count"};
constexpr Text kTritonWaited[] = {"nv_inference_queue_duration_us"};
constexpr Text kTritonRequests[] = {"nv_inference_request_success"};
constexpr Text kTritonQueues[] = {"model", "version"};

// The TensorRT-LLM backend takes requests from Triton at once and queues them
// itself, so that Triton's own pending count stays near 0.
constexpr Text kTritonTrtWaiting[] = {"nv_trt_llm_request_metrics{request_type=\"waiting\"}"};
constexpr Text kTritonTrtRunning[] = {"nv_trt_llm_request_metrics{request_type=\"scheduled\"}"};
constexpr Text kTritonTrtKv[] = {
    "nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=\"fraction\"}"};

constexpr Text kTgiWaiting[] = {"tgi_queue_size"};
constexpr Text kTgiRunning[] = {"tgi_batch_current_size"};
constexpr Text kTgiRequests[] = {"tgi_request_count", "tgi_request_count_total"};

// NIM 1 has names of its own, NIM 2 is a vLLM.
constexpr Text kNimWaiting[] = {"num_requests_waiting", "vllm:num_requests_waiting"};
constexpr Text kNimRunning[] = {"num_requests_running", "vllm:num_requests_running"};
constexpr Text kNimKv[] = {"gpu_cache_usage_perc", "vllm:kv_cache_usage_perc",
                           "vllm:gpu_cache_usage_perc"};
constexpr Text kNimRequests[] = {"request_success_total", "request_finish_total",
                                 "vllm:request_success_total"};

constexpr Text kLlamaWaiting[] = {"llamacpp:requests_deferred"};
constexpr Text kLlamaRunning[] = {"llamacpp:requests_processing"};
constexpr Text kLlamaKv[] = {"llamacpp:kv_cache_usage_ratio"};  // gone in newer versions

constexpr Text kLmdeployWaiting[] = {"lmdeploy:num_requests_waiting"};
constexpr Text kLmdeployRunning[] = {"lmdeploy:num_requests_running"};
constexpr Text kLmdeployKv[] = {"lmdeploy:gpu_cache_usage_perc"};
constexpr Text kLmdeployRequests[] = {"lmdeploy:request_success_total"};

// Dynamo counts a request as active (older versions: in flight) from its arrival
// to its last token, and as queued from its arrival to its first one: the queued
// ones are among those in flight, and the rest of them has no series.
constexpr Text kDynamoWaiting[] = {"dynamo_frontend_queued_requests"};
constexpr Text kDynamoInflight[] = {"dynamo_frontend_active_requests",
                                    "dynamo_frontend_inflight_requests"};
constexpr Text kDynamoRequests[] = {"dynamo_frontend_requests_total"};

// The EPP counts a request as running once it has left the flow control's queue.
constexpr Text kLlmDWaiting[] = {"llm_d_epp_flow_control_queue_size",
                                 "inference_extension_flow_control_queue_size"};
constexpr Text kLlmDRunning[] = {"llm_d_epp_request_running",
                                 "inference_objective_running_requests",
                                 "inference_model_running_requests"};
constexpr Text kLlmDKv[] = {"llm_d_epp_average_kv_cache_utilization",
                            "inference_pool_average_kv_cache_utilization"};
constexpr Text kLlmDRequests[] = {"llm_d_epp_request_total", "inference_objective_request_total",
                                  "inference_model_request_total"};

constexpr Text kRayWaiting[] = {"ray_serve_deployment_queued_queries"};
constexpr Text kRayRunning[] = {"ray_serve_replica_processing_queries"};
constexpr Text kRayRequests[] = {"ray_serve_deployment_request_counter_total",
                                 "ray_serve_deployment_request_counter"};

// Those that the router turned away for want of a backend are among them.
constexpr Text kStackRequests[] = {"vllm:num_incoming_requests_total"};

constexpr EngineQuantityRow Gauge(Engine engine, Quantity quantity, Candidates series) {
  return {engine, quantity, Method::kGauge, Fold::kSum, 1, {series, {}, {}}};
}
constexpr EngineQuantityRow Inflight(Engine engine, Candidates waiting, Candidates running) {
  return {engine, Quantity::kInflight, Method::kGauge, Fold::kSum, 1, {waiting, running, {}}};
}
// Of a fraction.
constexpr EngineQuantityRow KvUsage(Engine engine, Candidates series) {
  EngineQuantityRow row = {engine,     Quantity::kKvUsage, Method::kGauge,
                           Fold::kMax, kPercent,           {series, {}, {}}};
  row.is_ratio = true;
  return row;
}
constexpr EngineQuantityRow Rate(Engine engine, Candidates series) {
  return {engine, Quantity::kRequestRate, Method::kRate, Fold::kSum, 1, {series, {}, {}}};
}
constexpr EngineQuantityRow OverRanks(EngineQuantityRow row, std::span<const Text> labels) {
  row.fold = Fold::kSumOverRanks;
  row.rank_labels = labels;
  return row;
}

constexpr EngineQuantityRow kRows[] = {
    Gauge(Engine::kVllm, Quantity::kWaiting, kVllmWaiting),
    Gauge(Engine::kVllm, Quantity::kRunning, kVllmRunning),
    Inflight(Engine::kVllm, kVllmWaiting, kVllmRunning),
    KvUsage(Engine::kVllm, kVllmKv),
    Rate(Engine::kVllm, kVllmRequests),

    OverRanks(Gauge(Engine::kSglang, Quantity::kWaiting, kSglangWaiting), kSglangRanks),
    OverRanks(Gauge(Engine::kSglang, Quantity::kRunning, kSglangRunning), kSglangRanks),
    OverRanks(Inflight(Engine::kSglang, kSglangWaiting, kSglangRunning), kSglangRanks),
    KvUsage(Engine::kSglang, kSglangKv),
    Rate(Engine::kSglang, kSglangRequests),

    Gauge(Engine::kTensorrtLlm, Quantity::kWaiting, kTrtWaiting),
    Gauge(Engine::kTensorrtLlm, Quantity::kRunning, kTrtRunning),
    Inflight(Engine::kTensorrtLlm, kTrtWaiting, kTrtRunning),
    KvUsage(Engine::kTensorrtLlm, kTrtKv),
    Rate(Engine::kTensorrtLlm, kTrtRequests),

    Gauge(Engine::kTriton, Quantity::kWaiting, kTritonPending),
    {Engine::kTriton,
     Quantity::kQueueWaitMs,
     Method::kMeanWait,
     Fold::kSum,
     kUsToMs,
     {kTritonWaited, kTritonRequests, kTritonPending},
     {},
     kTritonQueues},
    Rate(Engine::kTriton, kTritonRequests),

    Gauge(Engine::kTritonTensorrtLlm, Quantity::kWaiting, kTritonTrtWaiting),
    Gauge(Engine::kTritonTensorrtLlm, Quantity::kRunning, kTritonTrtRunning),
    Inflight(Engine::kTritonTensorrtLlm, kTritonTrtWaiting, kTritonTrtRunning),
    KvUsage(Engine::kTritonTensorrtLlm, kTritonTrtKv),
    Rate(Engine::kTritonTensorrtLlm, kTritonRequests),

    Gauge(Engine::kTgi, Quantity::kWaiting, kTgiWaiting),
    Gauge(Engine::kTgi, Quantity::kRunning, kTgiRunning),
    Inflight(Engine::kTgi, kTgiWaiting, kTgiRunning),
    Rate(Engine::kTgi, kTgiRequests),

    Gauge(Engine::kNim, Quantity::kWaiting, kNimWaiting),
    Gauge(Engine::kNim, Quantity::kRunning, kNimRunning),
    Inflight(Engine::kNim, kNimWaiting, kNimRunning),
    KvUsage(Engine::kNim, kNimKv),
    Rate(Engine::kNim, kNimRequests),

    Gauge(Engine::kLlamacpp, Quantity::kWaiting, kLlamaWaiting),
    Gauge(Engine::kLlamacpp, Quantity::kRunning, kLlamaRunning),
    Inflight(Engine::kLlamacpp, kLlamaWaiting, kLlamaRunning),
    KvUsage(Engine::kLlamacpp, kLlamaKv),

    Gauge(Engine::kLmdeploy, Quantity::kWaiting, kLmdeployWaiting),
    Gauge(Engine::kLmdeploy, Quantity::kRunning, kLmdeployRunning),
    Inflight(Engine::kLmdeploy, kLmdeployWaiting, kLmdeployRunning),
    KvUsage(Engine::kLmdeploy, kLmdeployKv),
    Rate(Engine::kLmdeploy, kLmdeployRequests),

    Gauge(Engine::kDynamo, Quantity::kWaiting, kDynamoWaiting),
    Gauge(Engine::kDynamo, Quantity::kInflight, kDynamoInflight),
    Rate(Engine::kDynamo, kDynamoRequests),

    Gauge(Engine::kLlmD, Quantity::kWaiting, kLlmDWaiting),
    Gauge(Engine::kLlmD, Quantity::kRunning, kLlmDRunning),
    Inflight(Engine::kLlmD, kLlmDWaiting, kLlmDRunning),
    KvUsage(Engine::kLlmD, kLlmDKv),
    Rate(Engine::kLlmD, kLlmDRequests),

    Gauge(Engine::kRayServe, Quantity::kWaiting, kRayWaiting),
    Gauge(Engine::kRayServe, Quantity::kRunning, kRayRunning),
    Inflight(Engine::kRayServe, kRayWaiting, kRayRunning),
    Rate(Engine::kRayServe, kRayRequests),

    Rate(Engine::kProductionStack, kStackRequests),
};

struct MetricView {
  Metric metric;
  Engine engine;
  Quantity quantity;
};
constexpr MetricView kViews[] = {
    {Metric::kVllmInflight, Engine::kVllm, Quantity::kInflight},
    {Metric::kVllmQueueDepth, Engine::kVllm, Quantity::kWaiting},
    {Metric::kVllmKvCacheUsage, Engine::kVllm, Quantity::kKvUsage},
    {Metric::kTritonQueueWaitMs, Engine::kTriton, Quantity::kQueueWaitMs},
    {Metric::kTritonRequestRate, Engine::kTriton, Quantity::kRequestRate},
    {Metric::kSglangInflight, Engine::kSglang, Quantity::kInflight},
    {Metric::kTgiInflight, Engine::kTgi, Quantity::kInflight},
    {Metric::kTensorrtLlmInflight, Engine::kTensorrtLlm, Quantity::kInflight},
};

constexpr Text kMeanWaitParts[kMaxParts] = {"time waited", "requests", "waiting"};
constexpr Text kInflightParts[] = {"waiting", "running"};

}  // namespace

std::span<const EngineQuantityRow> EngineQuantities() {
  return kRows;
}

const EngineQuantityRow* FindEngineQuantity(Engine engine, Quantity quantity) {
  for (const EngineQuantityRow& row : kRows) {
    if (row.engine == engine && row.quantity == quantity) return &row;
  }
  return nullptr;
}

std::string QuantityNamesOf(Engine engine) {
  std::string names;
  for (const EngineQuantityRow& row : kRows) {
    if (row.engine == engine) base::AppendItem(&names, Row(row.quantity).name);
  }
  return names;
}

size_t PartCount(const EngineQuantityRow& row) {
  size_t count = 0;
  while (count < kMaxParts && !row.parts[count].empty()) ++count;
  return count;
}

std::string_view PartName(const EngineQuantityRow& row, size_t index) {
  if (row.method == Method::kMeanWait) return kMeanWaitParts[index];
  return PartCount(row) == 1 ? Row(row.quantity).name : kInflightParts[index];
}

const EngineQuantityRow* EngineQuantityOf(Metric metric) {
  for (const MetricView& view : kViews) {
    if (view.metric == metric) return FindEngineQuantity(view.engine, view.quantity);
  }
  return nullptr;
}

}  // namespace gpuscaler::catalog
