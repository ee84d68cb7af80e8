// A page in Prometheus' text format 0.0.4, family by family.
//
//   Exposition page;
//   page.Family("gpu_up", MetricType::kGauge, "1: the GPU can be read.");
//   page.Sample(Labels().Add("gpu_index", 0), 1);
//   std::string text = std::move(page).Text();
//
// All samples of a family belong together, so a family begins once and takes
// samples until the next one begins; one without samples leaves no trace. Names
// of families and labels are constants of ours and are not checked.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gpuscaler::web {

inline constexpr std::string_view kExpositionContentType =
    "text/plain; version=0.0.4; charset=utf-8";

// kUntyped also serves names that the linter reserves for another type.
enum class MetricType : uint8_t { kCounter, kGauge, kHistogram, kUntyped };

// As the format spells it: "counter".
std::string_view TypeName(MetricType type);

// Labels as they stand in a sample, rendered once however many samples use them.
class Labels {
 public:
  // `value` may hold anything: it is escaped, and bytes that are not UTF-8,
  // for which Prometheus refuses the whole page, become U+FFFD.
  Labels& Add(std::string_view name, std::string_view value);
  Labels& Add(std::string_view name, uint64_t value);

  const std::string& text() const { return text_; }

 private:
  std::string text_;  // a="1",b="2"
};

class Exposition {
 public:
  // A counter's `name` ends in _total.
  void Family(std::string_view name, MetricType type, std::string_view help);

  void Sample(const Labels& labels, double value);
  void Sample(const Labels& labels, uint64_t value);

  // One histogram of the family. `bounds` ascend; counts[i] are the events
  // above bounds[i - 1] and at or below bounds[i], the last those above all
  // bounds: one more count than bounds.
  void Histogram(const Labels& labels, std::span<const double> bounds,
                 std::span<const uint64_t> counts, double sum);

  std::string Text() && { return std::move(text_); }

 private:
  void Line(std::string_view suffix, std::string_view labels, std::string_view value);

  std::string text_;
  std::string name_;
  std::string heading_;  // HELP and TYPE of the family, until its first sample
};

// The fewest digits that read back as `value`, without an exponent from 10^-5 to
// 10^15; NaN and infinities as the format spells them.
std::string FormatSampleValue(double value);

}  // namespace gpuscaler::web
