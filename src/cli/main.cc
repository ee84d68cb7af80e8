#include <malloc.h>

#include "absl/synchronization/mutex.h"
#include "cli/command_line.h"

int main(int argc, char** argv) {
  // Debian's Abseil is an assertion build: its deadlock detector costs 40% of
  // the CPU and aborts on lock orders inside gRPC that cannot deadlock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Few threads allocate at a time: one arena each would only hold memory.
  mallopt(M_ARENA_MAX, 2);
  return gpuscaler::cli::RunCommandLine(argc, argv);
}
