#include "base/log.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace gpuscaler::base {
namespace {

// Standard error goes into a pipe while it lives.
class CapturedStderr {
 public:
  CapturedStderr() {
    std::array<int, 2> ends = {};
    if (pipe(ends.data()) != 0) std::abort();
    read_end_ = ends[0];
    saved_ = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr() {
    Restore();
    close(read_end_);
  }

  // What was written; less than a pipe holds.
  std::vector<std::string> Lines() {
    Restore();
    std::vector<std::string> lines(1);
    char c = 0;
    while (read(read_end_, &c, 1) == 1) {
      if (c == '\n') {
        lines.emplace_back();
      } else {
        lines.back() += c;
      }
    }
    EXPECT_EQ(lines.back(), "") << "the last line does not end";
    lines.pop_back();
    return lines;
  }

 private:
  void Restore() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    saved_ = -1;
  }
  int read_end_ = -1;
  int saved_ = -1;
};

google::protobuf::Struct ParseJson(const std::string& line) {
  google::protobuf::Struct object;
  const auto parsed = google::protobuf::util::JsonStringToMessage(line, &object);
  EXPECT_TRUE(parsed.ok()) << line << "\n" << parsed.ToString();
  return object;
}

// Without the time, `{"time":"2026-01-31T12:00:00.123Z",`.
std::string WithoutTime(const std::string& line) {
  return line.substr(std::min(line.size(), line.find(',') + 1));
}

TEST(Log, WritesOneJsonObjectALine) {
  CapturedStderr captured;
  StartLog(LogLevel::kDebug);
  LogInfo(
      "driver found",
      {{"version", "550.54"}, {"gpus", 8}, {"share", 0.25}, {"ok", true}, {"big", uint64_t{7}}});
  LogWarn("second");
  StopLog();
  const auto lines = captured.Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(WithoutTime(lines[0]),
            R"("level":"info","msg":"driver found","version":"550.54","gpus":8,"share":0.25,)"
            R"("ok":true,"big":7})");
  EXPECT_EQ(WithoutTime(lines[1]), R"("level":"warn","msg":"second"})");
  const std::string time = ParseJson(lines[0]).fields().at("time").string_value();
  ASSERT_EQ(time.size(), 24u) << time;
  EXPECT_EQ(time[10], 'T');
  EXPECT_EQ(time[23], 'Z');
}

TEST(Log, HostileTextStaysWithinItsString) {
  const std::string hostile[] = {"\"}\n{\"level\":\"error\"", "%v %t {} {0}",  "\xFF\xC0\xAF",
                                 std::string("nul\0nul", 7),  "back\\slash\\", "\r\n\t\x1B[2J"};
  CapturedStderr captured;
  StartLog(LogLevel::kInfo);
  for (const std::string& text : hostile) LogInfo(text, {{text, text}});
  StopLog();
  const auto lines = captured.Lines();
  ASSERT_EQ(lines.size(), std::size(hostile));
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto object = ParseJson(lines[i]);
    EXPECT_EQ(object.fields().at("level").string_value(), "info") << lines[i];
    EXPECT_EQ(object.fields_size(), 4) << lines[i];
    const bool utf8 = i != 2;
    const std::string expected = utf8 ? hostile[i] : "\uFFFD\uFFFD\uFFFD";
    EXPECT_EQ(object.fields().at("msg").string_value(), expected);
  }
}

TEST(Log, NumbersThatJsonLacksAreNull) {
  CapturedStderr captured;
  StartLog(LogLevel::kInfo);
  LogInfo("x", {{"nan", std::nan("")}, {"inf", std::numeric_limits<double>::infinity()}});
  StopLog();
  const auto lines = captured.Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(WithoutTime(lines[0]), R"("level":"info","msg":"x","nan":null,"inf":null})");
}

TEST(Log, DropsWhatIsBelowItsLevel) {
  CapturedStderr captured;
  StartLog(LogLevel::kWarn);
  EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
  EXPECT_TRUE(LogEnabled(LogLevel::kWarn));
  Log(LogLevel::kDebug, "no");
  LogInfo("no");
  LogWarn("yes");
  LogError("yes");
  StopLog();
  EXPECT_EQ(captured.Lines().size(), 2u);
}

TEST(Log, DropsLinesBeforeItsStartAndAfterItsEnd) {
  CapturedStderr captured;
  LogError("before");
  StartLog(LogLevel::kInfo);
  StopLog();
  LogError("after");
  EXPECT_FALSE(LogEnabled(LogLevel::kError));
  EXPECT_TRUE(captured.Lines().empty());
}

TEST(ParseLogLevel, KnowsFourNames) {
  EXPECT_EQ(*ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(*ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(*ParseLogLevel("warn"), LogLevel::kWarn);
  EXPECT_EQ(*ParseLogLevel("error"), LogLevel::kError);
  for (const char* text : {"", "INFO", "trace", "warning"}) {
    const auto parsed = ParseLogLevel(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(
        parsed.status().message(),
        "\"" + std::string(text) + "\" is not a log level; it is one of debug, info, warn, error");
  }
}

}  // namespace
}  // namespace gpuscaler::base
