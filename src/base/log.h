// The program's log: one JSON object a line on standard error, written by a
// thread of its own, so that no caller ever waits for a slow reader. When lines
// come faster than they are taken, the oldest waiting ones are dropped.
//
//   base::LogInfo("driver found", {{"version", "550.54"}, {"gpus", 8}});
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "absl/status/statusor.h"

namespace gpuscaler::base {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// "debug", "info", "warn", "error". INVALID_ARGUMENT naming these otherwise.
absl::StatusOr<LogLevel> ParseLogLevel(std::string_view text);

struct LogField {
  std::string_view key;
  std::variant<std::string_view, int64_t, double, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  template <class Integer>
  requires std::is_integral_v<Integer> LogField(std::string_view k, Integer v)
      : key(k), value(static_cast<int64_t>(v)) {}
};
using LogFields = std::initializer_list<LogField>;

// Starts the writer thread; before it and after StopLog, lines are dropped.
void StartLog(LogLevel level);
// Writes what is waiting and ends the writer thread.
void StopLog();

bool LogEnabled(LogLevel level);
void Log(LogLevel level, std::string_view message, LogFields fields = {});
inline void LogInfo(std::string_view m, LogFields f = {}) {
  Log(LogLevel::kInfo, m, f);
}
inline void LogWarn(std::string_view m, LogFields f = {}) {
  Log(LogLevel::kWarn, m, f);
}
inline void LogError(std::string_view m, LogFields f = {}) {
  Log(LogLevel::kError, m, f);
}

}  // namespace gpuscaler::base
