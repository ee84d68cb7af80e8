#include "cli/watch_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <deque>
#include <thread>

#include "base/strings.h"
#include "cli/refuse.h"
#include "cli/server_address.h"
#include "cli/watched_trigger.h"
#include "keda/keda_client.h"
#include "manifests/manifest_file.h"

namespace gpuscaler::cli {
namespace {

std::string ClockTime() {
  const std::time_t now = std::time(nullptr);
  std::tm local = {};
  localtime_r(&now, &local);
  char text[16] = {};
  std::strftime(text, sizeof(text), "%H:%M:%S", &local);
  return text;
}

}  // namespace

void AddWatchFlags(CLI::App& app, WatchOptions& options) {
  app.add_option("files", options.files, "ScaledObjects (YAML)")->required();
  app.add_option("--address", options.address, "HOST:PORT of the scaler")->capture_default_str();
  app.add_option("--interval", options.interval, "Pause between polls")->capture_default_str();
  app.add_option("--count", options.count, "How many polls; 0: until interrupted")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  AddClientTlsFlags(app, options.tls);
}

int RunWatch(const WatchOptions& options) {
  if (absl::Status checked = CheckServerAddress("--address", options.address); !checked.ok()) {
    return Refuse(base::Message(checked));
  }
  if (options.interval.value < std::chrono::milliseconds(10)) {
    return Refuse("--interval must be at least 10ms");
  }
  const auto credentials = MakeCredentials(options.tls);
  if (!credentials.ok()) return Refuse(base::Message(credentials.status()));
  std::deque<manifests::ScaledObject> objects;  // a deque: the watched triggers refer to them
  std::deque<WatchedTrigger> watched;
  for (const std::string& file : options.files) {
    auto read = manifests::ReadScaledObjects(file);
    if (!read.ok()) return Refuse(base::Message(read.status()));
    for (manifests::ScaledObject& object : *read) {
      objects.push_back(std::move(object));
      for (const auto& trigger : objects.back().triggers) {
        watched.emplace_back(objects.back(), trigger);
      }
    }
  }
  if (watched.empty()) return Refuse("no ScaledObject with an external trigger in the files");

  keda::KedaClient client(options.address, *credentials, options.tls.server_name);
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  base::SteadyTime next = base::Now();
  for (uint64_t polls = 1;; ++polls) {
    std::string text = terminal && polls > 1 ? base::StrCat("\x1b[", watched.size() + 2, "A") : "";
    const char* const line_end = terminal ? "\x1b[K\n" : "\n";
    base::StrAppend(&text, ClockTime(), "  ", options.address, line_end, WatchedTrigger::Head(),
                    line_end);
    bool answered = false;
    for (WatchedTrigger& trigger : watched) {
      trigger.Poll(client, base::Now());
      answered |= trigger.answered();
      base::StrAppend(&text, trigger.Row(), line_end);
    }
    std::fputs(text.c_str(), stdout);
    if (std::fflush(stdout) != 0) return 1;
    if (polls == options.count) return answered ? 0 : 1;
    next += options.interval.value;
    std::this_thread::sleep_until(next);
  }
}

}  // namespace gpuscaler::cli
