// Reads an exposition as it arrives: Prometheus text format 0.0.4 or OpenMetrics
// 1.0. A pure state machine; what it keeps of the text is at most one line.
//
//   ExpositionParser parser(FormatOf(content_type), sink);
//   each chunk: status = parser.Feed(chunk);
//   at the end: status = parser.Finish();
//
// What is wrong with lines that nobody wants does not matter: they are skipped. It is
// an error when a line of a wanted name is malformed or too long, when the text is no
// exposition at all (an HTML page), and when it is cut off. Samples that came before an
// error are worth nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engines/exposition/labels.h"

namespace gpuscaler::engines {

enum class ExpositionFormat : uint8_t {
  kText,         // Content-Type text/plain
  kOpenMetrics,  // application/openmetrics-text: it ends with # EOF, or is cut off
};

// By the Content-Type of an answer, parameters and all.
ExpositionFormat FormatOf(std::string_view content_type);

// Valid while it is handed out.
struct Sample {
  std::string_view name;
  Labels labels;
  double value = 0;
  std::optional<double> timestamp_seconds;  // since the epoch
};

class SampleSink {
 public:
  virtual ~SampleSink() = default;
  // Whether the samples of this name are wanted; asked of every line.
  virtual bool Wants(std::string_view name) = 0;
  // Of the name that Wants was asked about last.
  virtual void Take(const Sample& sample) = 0;
};

class ExpositionParser {
 public:
  static constexpr size_t kLongestLine = 64 * size_t{1024};
  // So many malformed lines and not one that is not: this is no exposition.
  static constexpr size_t kHopeless = 32;

  // `sink` must outlive the parser.
  ExpositionParser(ExpositionFormat format, SampleSink& sink) : format_(format), sink_(sink) {}

  // INVALID_ARGUMENT naming the line and what is wrong; RESOURCE_EXHAUSTED for a
  // line of a wanted name that is too long. After an error the same one again.
  absl::Status Feed(std::string_view chunk);

  // All has been fed. DATA_LOSS where the text is cut off: its last line does not
  // end, whose number may lack its last digits, or an OpenMetrics one has no # EOF.
  absl::Status Finish();

 private:
  void TakeLine(std::string_view line);
  // Of a line that is too long, so much as may be kept.
  void TakeLongLine(std::string_view start);
  void TakeComment(std::string_view line);
  void TakeSample(std::string_view line);
  void Skip(std::string_view line, std::string_view problem);
  std::string Describe(std::string_view line, std::string_view problem) const;

  ExpositionFormat format_;
  SampleSink& sink_;
  absl::Status status_;
  std::string begun_;   // a line of which the end has not come
  bool skips_ = false;  // the rest of it, to its end: it is too long
  std::string name_;    // one that had to be unescaped
  size_t line_number_ = 0;
  bool is_exposition_ = false;  // a line that nothing else would have has come
  bool ended_ = false;          // by # EOF
  size_t malformed_ = 0;
  std::string first_malformed_;
};

}  // namespace gpuscaler::engines
