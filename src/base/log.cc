#include "base/log.h"

#include <cmath>
#include <memory>

#include "base/json_quote.h"
#include "base/mutex.h"
#include "base/periodic_thread.h"
#include "base/strings.h"
#include "spdlog/async.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace gpuscaler::base {
namespace {

struct LevelRow {
  LogLevel level;
  std::string_view name;
  spdlog::level::level_enum spd;
};
constexpr LevelRow kLevels[] = {{LogLevel::kDebug, "debug", spdlog::level::debug},
                                {LogLevel::kInfo, "info", spdlog::level::info},
                                {LogLevel::kWarn, "warn", spdlog::level::warn},
                                {LogLevel::kError, "error", spdlog::level::err}};

const LevelRow& Row(LogLevel level) {
  return kLevels[static_cast<size_t>(level)];
}

constexpr size_t kWaitingLines = 1024;

struct Writer {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

// The log is the one thing that every folder writes to and none is handed.
Mutex g_mutex;
std::shared_ptr<Writer> g_writer ABSL_GUARDED_BY(g_mutex);

std::shared_ptr<Writer> CurrentWriter() {
  MutexLock lock(g_mutex);
  return g_writer;
}

}  // namespace

absl::StatusOr<LogLevel> ParseLogLevel(std::string_view text) {
  for (const LevelRow& row : kLevels) {
    if (row.name == text) return row.level;
  }
  return absl::InvalidArgumentError(
      StrCat("\"", text, "\" is not a log level; it is one of debug, info, warn, error"));
}

void StartLog(LogLevel level) {
  auto writer = std::make_shared<Writer>();
  writer->pool = std::make_shared<spdlog::details::thread_pool>(kWaitingLines, 1,
                                                                [] { SetThreadName("log"); });
  writer->logger = std::make_shared<spdlog::async_logger>(
      "log", std::make_shared<spdlog::sinks::stderr_sink_mt>(), writer->pool,
      spdlog::async_overflow_policy::overrun_oldest);
  writer->logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})",
                              spdlog::pattern_time_type::utc);
  writer->logger->set_level(Row(level).spd);
  writer->logger->flush_on(spdlog::level::debug);
  MutexLock lock(g_mutex);
  g_writer = std::move(writer);
}

void StopLog() {
  std::shared_ptr<Writer> writer;
  {
    MutexLock lock(g_mutex);
    writer.swap(g_writer);
  }
  // The pool's destructor writes what is waiting and joins.
}

bool LogEnabled(LogLevel level) {
  const auto writer = CurrentWriter();
  return writer != nullptr && writer->logger->should_log(Row(level).spd);
}

void Log(LogLevel level, std::string_view message, LogFields fields) {
  const auto writer = CurrentWriter();
  if (writer == nullptr || !writer->logger->should_log(Row(level).spd)) return;
  std::string line = StrCat("\"level\":\"", Row(level).name, "\",\"msg\":", JsonQuote(message));
  for (const LogField& field : fields) {
    StrAppend(&line, ",", JsonQuote(field.key), ":");
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      StrAppend(&line, JsonQuote(*text));
    } else if (const auto* integer = std::get_if<int64_t>(&field.value)) {
      StrAppend(&line, *integer);
    } else if (const auto* number = std::get_if<double>(&field.value)) {
      StrAppend(&line, std::isfinite(*number) ? StrCat(*number) : "null");
    } else {
      StrAppend(&line, std::get<bool>(field.value) ? "true" : "false");
    }
  }
  writer->logger->log(Row(level).spd, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace gpuscaler::base
