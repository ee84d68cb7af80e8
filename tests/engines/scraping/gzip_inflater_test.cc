#include "engines/scraping/gzip_inflater.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/strings.h"
#include "fakes/engines/fake_engine.h"

namespace gpuscaler::engines {
namespace {

using fakes::Gzip;
using testing::HasSubstr;

std::string Text(size_t lines) {
  std::string text;
  std::minstd_rand random(7);
  for (size_t i = 0; i < lines; ++i) {
    base::StrAppend(&text, "vllm:metric{model=\"m", i, "\"} ", random(), "\n");
  }
  return text;
}

struct Inflated {
  std::string text;
  absl::Status fed;
  absl::Status finished;
  size_t largest = 0;
};

Inflated Inflate(std::string_view compressed, size_t piece) {
  GzipInflater inflater;
  Inflated result;
  const ChunkSink sink = [&](std::string_view chunk) {
    result.text += chunk;
    result.largest = std::max(result.largest, chunk.size());
    return absl::OkStatus();
  };
  for (size_t at = 0; at < compressed.size() && result.fed.ok(); at += piece) {
    result.fed = inflater.Feed(compressed.substr(at, piece), sink);
  }
  result.finished = inflater.Finish();
  return result;
}

TEST(GzipInflater, InflatesWhateverTheCuts) {
  const std::string text = Text(3000);
  const std::string compressed = Gzip(text);
  for (const size_t piece : {1UL, 7UL, 4096UL, compressed.size()}) {
    const Inflated inflated = Inflate(compressed, piece);
    EXPECT_TRUE(inflated.fed.ok()) << inflated.fed;
    EXPECT_TRUE(inflated.finished.ok()) << inflated.finished;
    EXPECT_EQ(inflated.text, text);
    EXPECT_LE(inflated.largest, 16U * 1024);
  }
}

TEST(GzipInflater, TakesSeveralMembersAndEmptyOnes) {
  for (const size_t piece : {1UL, 100000UL}) {
    EXPECT_EQ(Inflate(Gzip("one ") + Gzip("") + Gzip("two"), piece).text, "one two");
  }
  EXPECT_TRUE(Inflate(Gzip(""), 1).finished.ok());
}

TEST(GzipInflater, ACutStreamIsAnError) {
  const std::string compressed = Gzip(Text(100));
  for (const size_t size : {size_t{0}, size_t{5}, compressed.size() / 2, compressed.size() - 1}) {
    const Inflated inflated = Inflate(std::string_view(compressed).substr(0, size), 64);
    EXPECT_TRUE(inflated.fed.ok());
    EXPECT_EQ(base::Message(inflated.finished), "the gzip body is cut off");
  }
}

TEST(GzipInflater, WhatIsNotGzipIsAnError) {
  std::string damaged = Gzip(Text(100));
  damaged[damaged.size() / 2] = static_cast<char>(~damaged[damaged.size() / 2]);
  damaged[damaged.size() - 6] = static_cast<char>(~damaged[damaged.size() - 6]);
  for (const std::string& text : {std::string("plain text"), damaged, Gzip("a") + "trailing"}) {
    const Inflated inflated = Inflate(text, 64);
    EXPECT_EQ(inflated.fed.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(base::Message(inflated.fed)), HasSubstr("the body is not gzip"));
  }
}

TEST(GzipInflater, ABombIsStoppedEarly) {
  const std::string bomb = Gzip(std::string(64 << 20, 'a'));
  ASSERT_LT(bomb.size(), 100U * 1024);
  const Inflated inflated = Inflate(bomb, 1024);
  EXPECT_EQ(inflated.fed.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_LT(inflated.text.size(), 1U << 20);
  // What is repetitive and small is let through.
  EXPECT_TRUE(Inflate(Gzip(std::string(200 << 10, 'a')), 1024).fed.ok());
}

TEST(GzipInflater, TheSinksErrorEndsIt) {
  GzipInflater inflater;
  const absl::Status fed = inflater.Feed(
      Gzip(Text(3000)), [](std::string_view) { return absl::AbortedError("enough"); });
  EXPECT_EQ(base::Message(fed), "enough");
}

}  // namespace
}  // namespace gpuscaler::engines
