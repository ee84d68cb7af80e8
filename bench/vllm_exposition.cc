#include "bench/vllm_exposition.h"

#include <string_view>

#include "absl/strings/str_format.h"
#include "base/strings.h"

namespace gpuscaler::bench {
namespace {

constexpr std::string_view kModel = "meta-llama/Llama-3.1-70B-Instruct";

// The families of vLLM 0.11's server in its order, as prometheus_client writes them.
constexpr std::string_view kGauges[] = {
    "vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:engine_sleep_state",
    "vllm:kv_cache_usage_perc",  "vllm:lora_requests_info",
};
constexpr std::string_view kCounters[] = {
    "vllm:prefix_cache_queries", "vllm:prefix_cache_hits", "vllm:mm_cache_queries",
    "vllm:mm_cache_hits",        "vllm:num_preemptions",   "vllm:prompt_tokens",
    "vllm:generation_tokens",    "vllm:request_success",
};
constexpr std::string_view kHistograms[] = {
    "vllm:request_prompt_tokens",
    "vllm:request_generation_tokens",
    "vllm:iteration_tokens_total",
    "vllm:request_max_num_generation_tokens",
    "vllm:request_params_n",
    "vllm:request_params_max_tokens",
    "vllm:time_to_first_token_seconds",
    "vllm:inter_token_latency_seconds",
    "vllm:request_time_per_output_token_seconds",
    "vllm:e2e_request_latency_seconds",
    "vllm:request_queue_time_seconds",
    "vllm:request_inference_time_seconds",
    "vllm:request_prefill_time_seconds",
    "vllm:request_decode_time_seconds",
};

void AppendFamily(std::string* text, std::string_view name, std::string_view type) {
  base::StrAppend(text, "# HELP ", name, " Number or histogram of what the name says.\n# TYPE ",
                  name, " ", type, "\n");
}

void AppendHistogram(std::string* text, std::string_view name, int engine) {
  double bound = 0.001;
  double count = 0;
  for (int i = 0; i < 24; ++i) {
    absl::StrAppendFormat(text, "%s_bucket{engine=\"%d\",le=\"%g\",model_name=\"%s\"} %.1f\n",
                          base::ToAbsl(name), engine, bound, base::ToAbsl(kModel), count);
    bound *= i % 2 == 0 ? 2 : 2.5;
    count += 37 * i;
  }
  absl::StrAppendFormat(text, "%s_bucket{engine=\"%d\",le=\"+Inf\",model_name=\"%s\"} %.1f\n",
                        base::ToAbsl(name), engine, base::ToAbsl(kModel), count);
  absl::StrAppendFormat(text, "%s_count{engine=\"%d\",model_name=\"%s\"} %.1f\n",
                        base::ToAbsl(name), engine, base::ToAbsl(kModel), count);
  absl::StrAppendFormat(text, "%s_sum{engine=\"%d\",model_name=\"%s\"} %.17g\n", base::ToAbsl(name),
                        engine, base::ToAbsl(kModel), count * 0.1704);
}

}  // namespace

std::string VllmExposition() {
  std::string text;
  for (const std::string_view name : kGauges) {
    AppendFamily(&text, name, "gauge");
    for (int engine = 0; engine < 2; ++engine) {
      absl::StrAppendFormat(&text, "%s{engine=\"%d\",model_name=\"%s\"} %d.0\n", base::ToAbsl(name),
                            engine, base::ToAbsl(kModel), 3 + engine);
    }
  }
  for (const std::string_view name : kCounters) {
    AppendFamily(&text, base::StrCat(name, "_total"), "counter");
    for (const std::string_view suffix : {"_total", "_created"}) {
      for (int engine = 0; engine < 2; ++engine) {
        absl::StrAppendFormat(&text, "%s%s{engine=\"%d\",model_name=\"%s\"} 8.128902e+06\n",
                              base::ToAbsl(name), base::ToAbsl(suffix), engine,
                              base::ToAbsl(kModel));
      }
    }
  }
  for (const std::string_view name : kHistograms) {
    AppendFamily(&text, name, "histogram");
    for (int engine = 0; engine < 2; ++engine) AppendHistogram(&text, name, engine);
  }
  return text;
}

}  // namespace gpuscaler::bench
