#include "cli/run.h"

#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/code_pages.h"
#include "base/log.h"
#include "base/periodic_thread.h"
#include "base/strings.h"
#include "cli/gateway.h"
#include "cli/node.h"
#include "cli/program.h"
#include "cli/refuse.h"
#include "cli/tls_options.h"
#include "cli/version.h"
#include "rpc/library_log.h"

namespace gpuscaler::cli {
namespace {

// From SIGTERM on the process leaves within this time, whatever its parts do.
// Kubernetes kills after 30 s.
constexpr base::Duration kLeaveAfter = std::chrono::milliseconds(4500);

// When pages of code that nothing needs any more go: once everything has run once, and
// every minute.
constexpr std::chrono::seconds kSettledAfter(5);
constexpr std::chrono::seconds kReleaseEvery(60);

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

int AwaitSignal(const sigset_t& signals, const base::CodePages& code_pages) {
  timespec pause = {kSettledAfter.count(), 0};
  for (;;) {
    if (const int signal = sigtimedwait(&signals, nullptr, &pause); signal > 0) return signal;
    if (errno != EAGAIN) continue;  // a debugger's stop
    code_pages.Release();
    pause.tv_sec = kReleaseEvery.count();
  }
}

absl::Status Check(const RoleOptions& options) {
  if (absl::Status checked = CheckFront(options.front); !checked.ok()) return checked;
  if (options.role == "gateway") return absl::OkStatus();
  return CheckNode(options.node, options.front.stale_after.value);
}

// The same certificate as on KEDA's port, but other clients.
absl::StatusOr<std::unique_ptr<rpc::CertificateWatch>> WatchReportCertificates(
    const RoleOptions& options) {
  rpc::CertificateFiles files = options.front.tls;
  files.authorities = options.gateway.report_client_ca;
  if (!files.authorities.empty() && files.certificate.empty()) {
    return absl::InvalidArgumentError("--report-client-ca needs --tls-cert and --tls-key");
  }
  return WatchCertificates(files);
}

absl::StatusOr<std::unique_ptr<Program>> MakeProgram(const RoleOptions& options) {
  auto certificates = WatchCertificates(options.front.tls);
  if (!certificates.ok()) return certificates.status();
  if (options.role == "gateway") {
    auto report_certificates = WatchReportCertificates(options);
    if (!report_certificates.ok()) return report_certificates.status();
    return std::make_unique<Gateway>(options.front, options.gateway, *std::move(certificates),
                                     *std::move(report_certificates));
  }
  auto source = MakeSource(options.node.source);
  if (!source.ok()) return source.status();
  return std::make_unique<Node>(options.front, options.node, *std::move(source),
                                *std::move(certificates));
}

}  // namespace

int RunRole(const RoleOptions& options) {
  const auto level = base::ParseLogLevel(options.front.log_level);
  if (!level.ok()) return Refuse(base::Message(level.status()));
  if (absl::Status checked = Check(options); !checked.ok()) return Refuse(base::Message(checked));

  // Before any thread: they all inherit the mask, so only sigwait sees these.
  const sigset_t stop_signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseOpenFilesLimit();

  const base::CodePages code_pages;  // before the source loads a driver's library
  base::StartLog(*level);
  rpc::LogForLibraries();
  auto program = MakeProgram(options);
  // On the heap: what hangs keeps it for good.
  absl::Status started = program.ok() ? (*program)->Start() : program.status();
  if (!started.ok()) {
    program = started;
    base::StopLog();
    return Refuse(base::Message(started));
  }
  base::LogInfo("serving", {{"version", kVersion},
                            {"role", options.role},
                            {"port", options.front.port},
                            {"metricsPort", options.front.metrics_port},
                            {"probePort", options.front.probe_port}});

  const int signal = AwaitSignal(stop_signals, code_pages);
  base::LogInfo("stopping", {{"signal", signal}});
  // Detached: it outlives whatever hangs, and nothing waits for it.
  std::thread([] {
    base::SetThreadName("leave");
    std::this_thread::sleep_for(kLeaveAfter);
    std::_Exit(0);
  }).detach();
  const absl::Status stopped = (*program)->Stop();
  if (!stopped.ok()) base::LogWarn("leaving without waiting", {{"for", base::Message(stopped)}});
  base::LogInfo("stopped");
  base::StopLog();
  if (!stopped.ok()) std::_Exit(0);
  return 0;
}

}  // namespace gpuscaler::cli
