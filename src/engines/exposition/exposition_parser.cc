#include "engines/exposition/exposition_parser.h"

#include "absl/strings/match.h"
#include "base/json_quote.h"
#include "base/strings.h"
#include "engines/exposition/sample_line.h"

namespace gpuscaler::engines {
namespace {

constexpr std::string_view kNoName = "it begins with no series name";
constexpr std::string_view kTooLong = "it is longer than 65536 bytes";
static_assert(ExpositionParser::kLongestLine == 65536);
constexpr size_t kShown = 64;  // of such a line, in messages
constexpr std::string_view kNoExposition = "this is no exposition of metrics: ";

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

bool IsMetadata(std::string_view line) {
  for (const std::string_view keyword : {"# HELP ", "# TYPE ", "# UNIT "}) {
    if (line.starts_with(keyword) && line.size() > keyword.size()) {
      const char c = line[keyword.size()];
      return IsNameStart(c) || c == ':' || c == '"';
    }
  }
  return false;
}

}  // namespace

ExpositionFormat FormatOf(std::string_view content_type) {
  return absl::StartsWithIgnoreCase(base::ToAbsl(content_type), "application/openmetrics-text")
             ? ExpositionFormat::kOpenMetrics
             : ExpositionFormat::kText;
}

absl::Status ExpositionParser::Feed(std::string_view chunk) {
  while (status_.ok() && !chunk.empty()) {
    const size_t end = chunk.find('\n');
    const std::string_view part = chunk.substr(0, end);
    if (!skips_ && begun_.size() + part.size() > kLongestLine) {
      begun_ += part.substr(0, kLongestLine - begun_.size());
      skips_ = true;
      ++line_number_;
      TakeLongLine(begun_);
      begun_.resize(kShown);
    }
    if (end == std::string_view::npos) {
      if (!skips_) begun_ += part;
      break;
    }
    chunk.remove_prefix(end + 1);
    if (!skips_) {
      ++line_number_;
      TakeLine(begun_.empty() ? part : begun_ += part);
    }
    skips_ = false;
    begun_.clear();
  }
  return status_;
}

absl::Status ExpositionParser::Finish() {
  if (!status_.ok()) return status_;
  if (begun_ == "# EOF") ended_ = true;  // which some end without a line feed
  const bool cut = !ended_ && (skips_ || !IsBlank(begun_));
  const bool strange = cut && !skips_ && begun_.front() != '#' && !ReadLineStart(begun_);
  if (!skips_) ++line_number_;
  if (!is_exposition_ && strange) Skip(begun_, kNoName);
  if (!is_exposition_ && malformed_ > 0) {
    status_ = absl::InvalidArgumentError(base::StrCat(kNoExposition, first_malformed_));
  } else if (cut) {
    status_ = absl::DataLossError(Describe(begun_, "the exposition is cut off here"));
  } else if (format_ == ExpositionFormat::kOpenMetrics && !ended_) {
    status_ = absl::DataLossError(
        base::StrCat("line ", line_number_, ": the exposition is cut off here: # EOF is missing"));
  }
  return status_;
}

void ExpositionParser::TakeLine(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (IsBlank(line)) return;
  if (ended_ && format_ == ExpositionFormat::kOpenMetrics) {
    status_ = absl::InvalidArgumentError(Describe(line, "it comes after # EOF"));
  } else if (line.front() == '#') {
    TakeComment(line);
  } else {
    TakeSample(line);
  }
}

void ExpositionParser::TakeLongLine(std::string_view start) {
  const std::string_view shown = start.substr(0, kShown);
  const auto begin = ReadLineStart(start);
  if (ended_ && format_ == ExpositionFormat::kOpenMetrics) {
    status_ = absl::InvalidArgumentError(Describe(shown, "it comes after # EOF"));
  } else if (start.front() == '#') {
    TakeComment(start);
  } else if (!begin) {
    Skip(shown, kNoName);
  } else if (const std::string_view name = begin->name.View(&name_); sink_.Wants(name)) {
    status_ = absl::ResourceExhaustedError(
        base::StrCat("line ", line_number_, ", a sample of ", base::QuotedStart(name),
                     ", is longer than ", kLongestLine, " bytes"));
  } else {
    Skip(shown, kTooLong);
  }
}

void ExpositionParser::TakeComment(std::string_view line) {
  ended_ = ended_ || line == "# EOF";
  is_exposition_ = is_exposition_ || ended_ || IsMetadata(line);
}

void ExpositionParser::TakeSample(std::string_view line) {
  const auto start = ReadLineStart(line);
  if (!start) return Skip(line, kNoName);
  Sample sample;
  sample.name = start->name.View(&name_);
  const bool wanted = sink_.Wants(sample.name);
  // Unwanted ones are looked at until one shows that this is an exposition.
  if (!wanted && is_exposition_) return;
  LineRest rest;
  if (const std::string_view problem = ReadLineRest(*start, &rest); !problem.empty()) {
    if (!wanted) return Skip(line, problem);
    status_ = absl::InvalidArgumentError(Describe(line, problem));
    return;
  }
  is_exposition_ = true;
  if (!wanted) return;
  sample.labels = rest.labels;
  sample.value = rest.value;
  if (rest.timestamp) {
    sample.timestamp_seconds =
        format_ == ExpositionFormat::kText ? *rest.timestamp / 1000 : *rest.timestamp;
  }
  sink_.Take(sample);
}

void ExpositionParser::Skip(std::string_view line, std::string_view problem) {
  if (malformed_++ == 0) first_malformed_ = Describe(line, problem);
  if (!is_exposition_ && malformed_ == kHopeless) {
    status_ = absl::InvalidArgumentError(base::StrCat(kNoExposition, first_malformed_));
  }
}

std::string ExpositionParser::Describe(std::string_view line, std::string_view problem) const {
  return base::StrCat("line ", line_number_, ": ", problem, ": ", base::QuotedStart(line));
}

}  // namespace gpuscaler::engines
