#include "e2e/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "rpc/listener.h"

extern "C" char** environ;

namespace gpuscaler::e2e {
namespace {

constexpr std::chrono::seconds kRunPatience{20};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> MergedEnvironment(const Environment& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto& change : changes) replaced = replaced || change.first == name;
    if (!replaced) merged.push_back(text);
  }
  for (const auto& [name, value] : changes) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string ScalerBinary() {
  const char* other = std::getenv("SCALER_BINARY");
  return other == nullptr ? SCALER_BINARY : other;
}

ChildProcess::ChildProcess(const std::vector<std::string>& command,
                           const Environment& environment) {
  const std::string output = folder_.PathOf("out");
  const std::string errors = folder_.PathOf("err");
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = MergedEnvironment(environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(variables);
  const pid_t parent = getpid();

  pid_ = fork();
  if (pid_ != 0) {
    if (pid_ < 0) ADD_FAILURE() << "fork failed";
    return;
  }
  // The test may have threads: from here on only what is safe after a fork.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int err = open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int in = open("/dev/null", O_RDONLY);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  close_range(3, ~0U, 0);
  execve(argv[0], argv.data(), envp.data());
  _exit(127);
}

ChildProcess::~ChildProcess() {
  if (Running()) {
    Kill();
    ADD_FAILURE() << "the child still ran at the end of the test";
  }
}

bool ChildProcess::Reap(int options) {
  if (pid_ < 0 || exit_code_) return true;
  int status = 0;
  if (waitpid(pid_, &status, options) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

bool ChildProcess::Running() {
  return !Reap(WNOHANG);
}

void ChildProcess::Signal(int signal) {
  // Not reaped yet, so the number is still this child's.
  if (Running()) kill(pid_, signal);
}

std::optional<int> ChildProcess::WaitForExit(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (Running()) {
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return exit_code_;
}

void ChildProcess::Kill() {
  Signal(SIGKILL);
  Reap(0);
}

std::string ChildProcess::Output() const {
  return ReadFile(folder_.PathOf("out"));
}

std::string ChildProcess::Errors() const {
  return ReadFile(folder_.PathOf("err"));
}

Finished RunScaler(std::vector<std::string> arguments, const Environment& environment) {
  arguments.insert(arguments.begin(), ScalerBinary());
  ChildProcess child(arguments, environment);
  const std::optional<int> code = child.WaitForExit(kRunPatience);
  if (!code) {
    child.Kill();
    ADD_FAILURE() << "the program did not end by itself; it wrote:\n"
                  << child.Output() << child.Errors();
  }
  return {code.value_or(-1), child.Output(), child.Errors()};
}

uint16_t FreePort() {
  // Tests that run at the same time begin at different places.
  constexpr uint32_t kFirst = 20000;
  constexpr uint32_t kCount = 12000;
  static std::atomic<uint32_t> next{static_cast<uint32_t>(getpid()) * 37};
  for (uint32_t tried = 0; tried < kCount; ++tried) {
    const auto port = static_cast<uint16_t>(kFirst + next++ % kCount);
    if (rpc::Listen("", port).ok()) return port;
  }
  ADD_FAILURE() << "no free port";
  return 0;
}

}  // namespace gpuscaler::e2e
