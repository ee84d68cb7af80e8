// However a text is cut into chunks, the parser says the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "engines/exposition/exposition_parser.h"
#include "engines/exposition/recorder.h"

namespace gpuscaler::engines {
namespace {

constexpr std::string_view kNasty =
    "# HELP a \xC3\xA4 help\r\n"
    "# TYPE a gauge\r\n"
    "a 1\r\n"
    "\r\n"
    "not-a-name 1\n"
    "a{b=\"\\\\\",c=\"\\\"}\\n\",} 12345.678e-2 1700000000500\n"
    "  {\"my.\\\"name\", \"l.x\" = \"\xE2\x82\xAC\"} -Inf\n"
    "other{x=\"y\"} 7\n"
    "a{b=\"c\"} 5 # {trace_id=\"x\"} 0.67 1\n"
    "a NaN\n"
    "# EOF\n";

struct Outcome {
  std::vector<std::string> samples;
  std::string status;

  bool operator==(const Outcome&) const = default;
};

template <class NextSize>
Outcome ParseInChunks(std::string_view text, ExpositionFormat format, NextSize next_size) {
  Recorder sink({"a", "my.\"name"});
  ExpositionParser parser(format, sink);
  absl::Status status;
  while (!text.empty() && status.ok()) {
    // A copy of its own, so that the sanitizer sees a view that is kept too long.
    const std::string chunk(text.substr(0, next_size()));
    status = parser.Feed(chunk);
    text.remove_prefix(std::min(text.size(), chunk.size()));
  }
  if (status.ok()) status = parser.Finish();
  return {sink.samples, std::string(base::Message(status))};
}

Outcome ParseWhole(std::string_view text, ExpositionFormat format) {
  return ParseInChunks(text, format, [&] { return text.size(); });
}

TEST(Chunks, EverySplitInTwoIsTheSame) {
  for (const auto format : {ExpositionFormat::kText, ExpositionFormat::kOpenMetrics}) {
    const Outcome whole = ParseWhole(kNasty, format);
    EXPECT_EQ(whole.status, "");
    EXPECT_EQ(whole.samples.size(), 5U);
    for (size_t at = 1; at < kNasty.size(); ++at) {
      size_t size = at;
      const Outcome split = ParseInChunks(
          kNasty, format, [&] { return std::exchange(size, std::string_view::npos); });
      EXPECT_EQ(split, whole) << "split at " << at;
    }
  }
}

TEST(Chunks, EveryTruncationIsTheSameByteByByte) {
  for (size_t size = 0; size < kNasty.size(); ++size) {
    const std::string_view text = kNasty.substr(0, size);
    const Outcome whole = ParseWhole(text, ExpositionFormat::kText);
    EXPECT_EQ(ParseInChunks(text, ExpositionFormat::kText, [] { return size_t{1}; }), whole);
    // A sample is there when its line has ended, and whole.
    const Outcome full = ParseWhole(kNasty, ExpositionFormat::kText);
    ASSERT_LE(whole.samples.size(), full.samples.size());
    EXPECT_TRUE(std::equal(whole.samples.begin(), whole.samples.end(), full.samples.begin(),
                           [](const auto& a, const auto& b) { return a == b; }))
        << text;
  }
}

TEST(Chunks, RandomOnesAreTheSame) {
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < 20; ++i) text += kNasty;
  const Outcome whole = ParseWhole(text, ExpositionFormat::kText);
  EXPECT_EQ(whole.samples.size(), 100U);
  for (int round = 0; round < 200; ++round) {
    std::uniform_int_distribution<size_t> size(1, 1 + static_cast<size_t>(round));
    EXPECT_EQ(ParseInChunks(text, ExpositionFormat::kText, [&] { return size(random); }), whole);
  }
}

TEST(Chunks, TheErrorOfALineThatIsTooLongIsTheSame) {
  const std::string text = "a 1\na{b=\"" + std::string(70'000, 'x') + "\"} 1\na 2\n";
  const Outcome whole = ParseWhole(text, ExpositionFormat::kText);
  EXPECT_EQ(whole.status, "line 2, a sample of \"a\", is longer than 65536 bytes");
  for (const size_t size : {size_t{1}, size_t{1000}, size_t{65'536}, size_t{70'010}}) {
    EXPECT_EQ(ParseInChunks(text, ExpositionFormat::kText, [size] { return size; }), whole);
  }
}

}  // namespace
}  // namespace gpuscaler::engines
