#include "web/exposition.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::web {
namespace {

bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// Quotes are escaped in label values only.
std::string Escape(std::string_view text, bool quotes) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!IsAscii(c)) {
      size_t end = i + 1;
      while (end < text.size() && !IsAscii(text[end])) ++end;
      // In a run without ASCII, JsonQuote escapes nothing and replaces what is
      // not UTF-8.
      const std::string run = base::JsonQuote(text.substr(i, end - i));
      out.append(run, 1, run.size() - 2);
      i = end;
      continue;
    }
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quotes && c == '"')) out += '\\';
      out += c;
    }
    ++i;
  }
  return out;
}

}  // namespace

Labels& Labels::Add(std::string_view name, std::string_view value) {
  base::StrAppend(&text_, text_.empty() ? "" : ",", name, "=\"", Escape(value, true), "\"");
  return *this;
}

Labels& Labels::Add(std::string_view name, uint64_t value) {
  base::StrAppend(&text_, text_.empty() ? "" : ",", name, "=\"", value, "\"");
  return *this;
}

std::string_view TypeName(MetricType type) {
  constexpr std::string_view kNames[] = {"counter", "gauge", "histogram", "untyped"};
  return kNames[static_cast<size_t>(type)];
}

void Exposition::Family(std::string_view name, MetricType type, std::string_view help) {
  assert(type != MetricType::kCounter || name.ends_with("_total"));
  name_ = name;
  heading_ = base::StrCat("# HELP ", name, " ", Escape(help, false), "\n# TYPE ", name, " ",
                          TypeName(type), "\n");
}

void Exposition::Sample(const Labels& labels, double value) {
  Line("", labels.text(), FormatSampleValue(value));
}

void Exposition::Sample(const Labels& labels, uint64_t value) {
  Line("", labels.text(), base::StrCat(value));
}

void Exposition::Histogram(const Labels& labels, std::span<const double> bounds,
                           std::span<const uint64_t> counts, double sum) {
  assert(counts.size() == bounds.size() + 1);
  uint64_t cumulative = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    cumulative += counts[i];
    const std::string bound = i < bounds.size() ? FormatSampleValue(bounds[i]) : "+Inf";
    Line("_bucket", Labels(labels).Add("le", bound).text(), base::StrCat(cumulative));
  }
  Line("_sum", labels.text(), FormatSampleValue(sum));
  Line("_count", labels.text(), base::StrCat(cumulative));
}

void Exposition::Line(std::string_view suffix, std::string_view labels, std::string_view value) {
  text_ += std::exchange(heading_, std::string());
  base::StrAppend(&text_, name_, suffix);
  if (!labels.empty()) base::StrAppend(&text_, "{", labels, "}");
  base::StrAppend(&text_, " ", value, "\n");
}

std::string FormatSampleValue(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text;
  // Without exponents where people read the page.
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-5 && size < 1e15);
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  return {text.data(), end.ptr};
}

}  // namespace gpuscaler::web
