// load --protocol=grpc|echo --port=N --server=PID ...: keeps calls in flight for
// a while and prints their latencies and the server's CPU for each, as JSON.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "absl/synchronization/mutex.h"
#include "bench/echo_load.h"
#include "bench/grpc_load.h"
#include "bench/recorder.h"

namespace {

gpuscaler::base::Duration Seconds(double seconds) {
  return std::chrono::duration_cast<gpuscaler::base::Duration>(
      std::chrono::duration<double>(seconds));
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  gpuscaler::bench::LoadOptions options;
  std::string protocol = "grpc";
  double warm_up = 0.3;
  double measured = 2;
  double pause = 0;
  CLI::App app("GetMetrics or echo calls against a server on this machine");
  app.add_option("--protocol", protocol)->check(CLI::IsMember({"grpc", "echo"}));
  app.add_option("--port", options.port)->required();
  app.add_option("--server", options.server, "its process id")->required();
  app.add_option("--connections", options.connections);
  app.add_option("--in-flight", options.in_flight, "on each connection");
  app.add_option("--warm-up", warm_up, "seconds");
  app.add_option("--seconds", measured);
  app.add_option("--pause", pause, "seconds between a call and the next");
  app.add_flag("--window", options.window, "ask for the average over 300 s");
  CLI11_PARSE(app, argc, argv);
  options.warm_up = Seconds(warm_up);
  options.measured = Seconds(measured);
  options.pause = Seconds(pause);

  gpuscaler::bench::Recorder recorder(options);
  const absl::Status done = protocol == "grpc" ? gpuscaler::bench::RunGrpcLoad(options, recorder)
                                               : gpuscaler::bench::RunEchoLoad(options, recorder);
  if (!done.ok()) {
    std::fprintf(stderr, "load: %s\n", done.ToString().c_str());
    return 1;
  }
  recorder.Print();
}
