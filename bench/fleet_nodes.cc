// fleet_nodes COUNT WORKLOADS PORT [CA CERTIFICATE KEY]: a fleet of simulated nodes that
// so many workloads share, each with a connection of its own to the gateway's report port
// on 127.0.0.1.
//
// Prints a line of JSON once the gateway has answered all, then reports until its input
// ends, and prints how many reports that were. The files: TLS, by this certificate.
#include <grpcpp/security/credentials.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "bench/simulated_node.h"
#include "rpc/client_credentials.h"

namespace {

using gpuscaler::base::Now;
using gpuscaler::base::SteadyTime;
using gpuscaler::bench::SimulatedNode;

// Until it looks again what the gateway says, which waits here so long. No report does, so it
// shows in none of the gateway's figures but for the first interval that it asks for.
constexpr std::chrono::milliseconds kPause(1);

void RaiseOpenFilesLimit() {
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

bool InputEnded() {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  char byte;
  return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) == 0;
}

std::shared_ptr<grpc::ChannelCredentials> Credentials(int argc, char** argv) {
  if (argc != 7) return grpc::InsecureChannelCredentials();
  const auto tls = gpuscaler::rpc::TlsClientCredentials({argv[5], argv[6], argv[4]});
  if (tls.ok()) return *tls;
  std::fprintf(stderr, "fleet_nodes: %s\n", tls.status().ToString().c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 4 && argc != 7) {
    std::fprintf(stderr, "usage: fleet_nodes COUNT WORKLOADS PORT [CA CERTIFICATE KEY]\n");
    return 2;
  }
  RaiseOpenFilesLimit();
  grpc::CompletionQueue queue;
  SimulatedNode::Fleet fleet = {
      gpuscaler::base::StrCat("ipv4:127.0.0.1:", argv[3]), Credentials(argc, argv), queue,
      static_cast<size_t>(std::atoi(argv[1])), static_cast<size_t>(std::atoi(argv[2]))};
  using Due = std::pair<SteadyTime, size_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  std::vector<std::unique_ptr<SimulatedNode>> nodes;
  const SteadyTime opening = Now();
  for (size_t i = 0; i < fleet.nodes; ++i) {
    nodes.push_back(std::make_unique<SimulatedNode>(fleet, i));
    nodes.back()->Open();
    due.push({opening, i});
  }
  bool told = false;
  SteadyTime look_at = opening;
  for (;;) {
    void* tag = nullptr;
    bool ok = false;
    const auto until = std::chrono::system_clock::now() + (told ? 0 * kPause : kPause);
    while (queue.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT) {
      static_cast<gpuscaler::rpc::Tag*>(tag)->Proceed(ok);
      if (Now() >= due.top().first) break;
    }
    // Once all have joined it does not wait in the queue, whose milliseconds would make
    // nodes that read at different moments report in one burst.
    if (told) std::this_thread::sleep_until(std::min(due.top().first, Now() + kPause));
    const SteadyTime now = Now();
    while (due.top().first <= now) {
      const size_t node = due.top().second;
      due.pop();
      due.push({nodes[node]->Tick(now), node});
    }
    if (!told && fleet.open == fleet.nodes) {
      told = true;
      std::printf("{\"open_seconds\": %.3f}\n", gpuscaler::base::ToSeconds(now - opening));
      std::fflush(stdout);
    }
    if (now < look_at) continue;
    look_at = now + std::chrono::milliseconds(100);
    if (InputEnded()) break;
  }
  std::printf("{\"reports\": %llu, \"ended\": %zu}\n",
              static_cast<unsigned long long>(fleet.reports), fleet.ended);
  std::fflush(stdout);
  std::_Exit(0);  // thousands of streams are under way, and nobody waits for them
}
