// A child process of a test: started with given arguments and environment, its
// output kept in files, ended by its own process id and nothing else.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/temporary_folder.h"

namespace gpuscaler::e2e {

// Sanitizers cost time and, for each allocation, memory.
#if defined(GPUSCALER_SANITIZED)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// The scaler as it was built, or what SCALER_BINARY in the environment names.
std::string ScalerBinary();

// Name and value; replaces the test's own.
using Environment = std::vector<std::pair<std::string, std::string>>;

class ChildProcess {
 public:
  // Runs `command`, whose first element is the path of a binary. The kernel
  // kills the child should the test die first.
  explicit ChildProcess(const std::vector<std::string>& command,
                        const Environment& environment = {});
  // A child that still runs is killed, and the test fails for it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool Running();
  void Signal(int signal);
  // The exit code, or 128 + the signal that ended it; empty: it still runs.
  std::optional<int> WaitForExit(std::chrono::milliseconds patience);
  void Kill();

  // What it has written so far.
  std::string Output() const;
  std::string Errors() const;

 private:
  bool Reap(int options);

  const fakes::TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

struct Finished {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

// Runs the scaler to its end, for at most 20 s.
Finished RunScaler(std::vector<std::string> arguments, const Environment& environment = {});

// A port of 127.0.0.1 that nobody listens on, below the kernel's ephemeral ones.
uint16_t FreePort();

}  // namespace gpuscaler::e2e
