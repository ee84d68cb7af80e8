#include "cli/node_role.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/periodic_thread.h"
#include "base/start_up_pages.h"
#include "base/strings.h"
#include "cli/node.h"
#include "cli/refuse.h"
#include "cli/version.h"
#include "rpc/library_log.h"

namespace gpuscaler::cli {
namespace {

// From SIGTERM on the process leaves within this time, whatever its parts do.
// Kubernetes kills after 30 s.
constexpr base::Duration kLeaveAfter = std::chrono::milliseconds(4500);

constexpr std::chrono::seconds kSettledAfter(5);

// A connection is a descriptor, or two: the soft limit is often 1,024.
void RaiseOpenFilesLimit() {
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Lets the start's pages go once everything has run once.
int AwaitSignal(const sigset_t& signals, const base::StartUpPages& start_up_pages) {
  const timespec settled = {kSettledAfter.count(), 0};
  if (const int early = sigtimedwait(&signals, nullptr, &settled); early > 0) return early;
  start_up_pages.Release();
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

}  // namespace

int RunNode(const NodeOptions& options) {
  const auto level = base::ParseLogLevel(options.log_level);
  if (!level.ok()) return Refuse(base::Message(level.status()));
  if (absl::Status checked = CheckIntervals(options); !checked.ok())
    return Refuse(base::Message(checked));

  // Before any thread: they all inherit the mask, so only sigwait sees these.
  const sigset_t stop_signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseOpenFilesLimit();

  const base::StartUpPages start_up_pages;  // before the source loads a driver's library
  auto source = MakeSource(options.source);
  if (!source.ok()) return Refuse(base::Message(source.status()));
  const std::string source_name((*source)->name());

  base::StartLog(*level);
  rpc::LogForLibraries();
  // On the heap: a read that hangs keeps it for good.
  auto node = std::make_unique<Node>(options, *std::move(source));
  if (absl::Status started = node->Start(); !started.ok()) {
    node.reset();
    base::StopLog();
    return Refuse(base::Message(started));
  }
  base::LogInfo("serving", {{"version", kVersion},
                            {"source", source_name},
                            {"port", options.port},
                            {"metricsPort", options.metrics_port},
                            {"probePort", options.probe_port}});

  const int signal = AwaitSignal(stop_signals, start_up_pages);
  base::LogInfo("stopping", {{"signal", signal}});
  // Detached: it outlives whatever hangs, and nothing waits for it.
  std::thread([] {
    base::SetThreadName("leave");
    std::this_thread::sleep_for(kLeaveAfter);
    std::_Exit(0);
  }).detach();
  const bool clean = node->Stop();
  if (!clean) base::LogWarn("a read hangs in the driver; leaving without it");
  base::LogInfo("stopped");
  base::StopLog();
  if (!clean) std::_Exit(0);
  node.reset();
  return 0;
}

}  // namespace gpuscaler::cli
