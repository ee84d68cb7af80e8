#include "lint/engine_hint.h"

#include <cctype>

#include "absl/strings/ascii.h"
#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::lint {
namespace {

struct HintRow {
  std::string_view text;
  bool whole_word;  // the text is too short to be found within others
  std::string_view engine;
  std::string_view profile;
};
constexpr HintRow kHints[] = {
    {"vllm", false, "vLLM", "vllm-inflight"},
    {"sglang", false, "SGLang", "sglang-inflight"},
    {"trtllm", false, "TensorRT-LLM", "tensorrt-llm-inflight"},
    {"trt-llm", false, "TensorRT-LLM", "tensorrt-llm-inflight"},
    {"tensorrt-llm", false, "TensorRT-LLM", "tensorrt-llm-inflight"},
    {"tensorrt_llm", false, "TensorRT-LLM", "tensorrt-llm-inflight"},
    {"tensorrtllm", false, "TensorRT-LLM", "tensorrt-llm-inflight"},
    {"text-generation-inference", false, "TGI", "tgi-inflight"},
    {"tgi", true, "TGI", "tgi-inflight"},
    {"lmdeploy", false, "LMDeploy", ""},
    {"nim", true, "NIM", ""},
};

bool IsWordAt(std::string_view text, size_t at, size_t size) {
  const auto is_letter = [&text](size_t i) {
    return i < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[i]));
  };
  return (at == 0 || !is_letter(at - 1)) && !is_letter(at + size);
}

const HintRow* Find(std::string_view text) {
  const std::string lower = absl::AsciiStrToLower(base::ToAbsl(text));
  for (const HintRow& row : kHints) {
    for (size_t at = lower.find(row.text); at != std::string::npos;
         at = lower.find(row.text, at + 1)) {
      if (!row.whole_word || IsWordAt(lower, at, row.text.size())) return &row;
    }
  }
  return nullptr;
}

bool IsTarget(const manifests::PodTemplate& pods, const manifests::ScaledObject& object) {
  const bool same_namespace = pods.object_namespace.empty() ||
                              !object.places.Has("metadata.namespace") ||
                              pods.object_namespace == object.object_namespace;
  return same_namespace && pods.kind == object.target.kind && pods.name == object.target.name;
}

}  // namespace

EngineHint HintOf(const CheckedTrigger& trigger) {
  const manifests::ScaledObject& object = *trigger.object->object;
  for (const manifests::PodTemplate* pods : trigger.object->surroundings->pod_templates) {
    if (!IsTarget(*pods, object)) continue;
    for (const std::string& image : pods->images) {
      if (const HintRow* row = Find(image)) {
        return {row->engine, row->profile, base::StrCat("the image ", base::QuotedStart(image))};
      }
    }
  }
  const struct {
    std::string_view what, text;
  } names[] = {{"the profile ", trigger.read && trigger.read->profile != nullptr
                                    ? trigger.read->profile->name
                                    : std::string_view()},
               {"workload ", trigger.Value("workload").value_or("")},
               {"scaleTargetRef.kind ", object.target.kind},
               {"scaleTargetRef.name ", object.target.name},
               {"metadata.name ", object.name}};
  for (const auto& [what, text] : names) {
    const HintRow* row = Find(text);
    if (row != nullptr) {
      return {row->engine, row->profile, base::StrCat(what, base::QuotedStart(text))};
    }
  }
  return {};
}

}  // namespace gpuscaler::lint
