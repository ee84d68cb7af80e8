// What a check found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpuscaler::doctor {

enum class Verdict : uint8_t { kOk, kNotOk, kWarn, kSkipped };

// "ok", "not ok", "warn", "skipped".
std::string_view VerdictName(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string what;  // was found
  std::string mend;  // how; of kNotOk and kWarn
};
using Findings = std::vector<Finding>;

inline Finding Ok(std::string what) {
  return {Verdict::kOk, std::move(what), {}};
}
inline Finding NotOk(std::string what, std::string mend) {
  return {Verdict::kNotOk, std::move(what), std::move(mend)};
}
inline Finding Warn(std::string what, std::string mend) {
  return {Verdict::kWarn, std::move(what), std::move(mend)};
}
inline Finding Skipped(std::string why) {
  return {Verdict::kSkipped, std::move(why), {}};
}

}  // namespace gpuscaler::doctor
