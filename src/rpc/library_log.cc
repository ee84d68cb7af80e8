#include "rpc/library_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_quote.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/strings.h"
#include "base/time.h"

namespace gpuscaler::rpc {
namespace {

constexpr int kMostLines = 10;
constexpr base::Duration kPeriod = std::chrono::minutes(1);

// The library's log has no place for one of ours.
std::atomic<uint64_t> failed_handshakes{0};

struct LastFailed {
  base::Mutex mutex;
  FailedHandshake handshake ABSL_GUARDED_BY(mutex);
};
// Never destroyed: the library's threads outlive main.
LastFailed& TheLastFailed() {
  static auto& last = *new LastFailed;
  return last;
}

// Any thread.
class Quota {
 public:
  // How many lines were left out before this one; empty: this one is too.
  std::optional<int> Take(base::SteadyTime now) {
    base::MutexLock lock(mutex_);
    if (now - since_ >= kPeriod) {
      since_ = now;
      taken_ = 0;
    }
    if (taken_ == kMostLines) {
      ++left_out_;
      return std::nullopt;
    }
    ++taken_;
    return std::exchange(left_out_, 0);
  }

 private:
  base::Mutex mutex_;
  base::SteadyTime since_ ABSL_GUARDED_BY(mutex_) = {};
  int taken_ ABSL_GUARDED_BY(mutex_) = 0;
  int left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

void LogLine(Quota& quota, base::LogLevel level, std::string_view library, std::string_view text) {
  if (!base::LogEnabled(level)) return;
  if (const auto left_out = quota.Take(base::Now())) {
    base::Log(level, text, {{"library", library}, {"leftOut", *left_out}});
  }
}

// The last words before abort(): our log's writer would not get to them.
void WriteNow(std::string_view library, std::string_view text) {
  const std::string line = base::StrCat("{\"level\":\"error\",\"msg\":", base::JsonQuote(text),
                                        ",\"library\":\"", library, "\"}\n");
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

// Their errors are not ours: a client's bad bytes, a connection that broke.
void LogGrpc(gpr_log_func_args* line) {
  if (std::string_view(line->message).starts_with("assertion failed")) {
    return WriteNow("gRPC", line->message);
  }
  // gRPC 1.51, ssl_transport_security.cc.
  if (std::string_view(line->message).starts_with("Handshake failed with fatal error")) {
    failed_handshakes.fetch_add(1, std::memory_order_relaxed);
    LastFailed& last = TheLastFailed();
    base::MutexLock lock(last.mutex);
    last.handshake = {base::Now(), line->message};
  }
  static auto& quota = *new Quota;
  LogLine(quota,
          line->severity == GPR_LOG_SEVERITY_ERROR ? base::LogLevel::kWarn : base::LogLevel::kDebug,
          "gRPC", line->message);
}

// A client's bytes that are no message: the client is told, so this is debug.
void LogProtobuf(google::protobuf::LogLevel level, const char*, int, const std::string& text) {
  if (level == google::protobuf::LOGLEVEL_FATAL) return WriteNow("Protobuf", text);
  static auto& quota = *new Quota;
  LogLine(quota, base::LogLevel::kDebug, "Protobuf", text);
}

}  // namespace

uint64_t FailedHandshakes() {
  return failed_handshakes.load(std::memory_order_relaxed);
}

FailedHandshake LastFailedHandshake() {
  LastFailed& last = TheLastFailed();
  base::MutexLock lock(last.mutex);
  return last.handshake;
}

void LogForLibraries() {
  gpr_set_log_function(LogGrpc);
  google::protobuf::SetLogHandler(LogProtobuf);
}

}  // namespace gpuscaler::rpc
