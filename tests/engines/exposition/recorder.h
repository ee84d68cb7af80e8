// A sink that writes down what it is given.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "engines/exposition/exposition_parser.h"

namespace gpuscaler::engines {

class Recorder : public SampleSink {
 public:
  // Of no names: all are wanted.
  explicit Recorder(std::set<std::string, std::less<>> wanted = {}) : wanted_(std::move(wanted)) {}

  bool Wants(std::string_view name) override {
    asked.emplace_back(name);
    return wanted_.empty() || wanted_.count(name) > 0;
  }
  void Take(const Sample& sample) override {
    std::string text = base::StrCat(sample.name, "|");
    LabelCursor cursor(sample.labels);
    while (const auto label = cursor.Next()) {
      base::StrAppend(&text, label->name.Text(), "=", label->value.Text(), "|");
    }
    absl::StrAppendFormat(&text, "%.17g", sample.value);
    if (sample.timestamp_seconds) absl::StrAppendFormat(&text, "@%.3f", *sample.timestamp_seconds);
    samples.push_back(std::move(text));
  }

  std::vector<std::string> asked;    // names
  std::vector<std::string> samples;  // "name|label=value|12.5@1.000"

 private:
  std::set<std::string, std::less<>> wanted_;
};

// Feeds `text` in one piece and finishes.
inline absl::Status Parse(std::string_view text, SampleSink& sink,
                          ExpositionFormat format = ExpositionFormat::kText) {
  ExpositionParser parser(format, sink);
  if (absl::Status status = parser.Feed(text); !status.ok()) return status;
  return parser.Finish();
}

}  // namespace gpuscaler::engines
