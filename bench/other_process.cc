#include "bench/other_process.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

namespace gpuscaler::bench {
namespace {

[[noreturn]] void Die(pid_t process) {
  std::fprintf(stderr, "process %d is gone\n", process);
  std::exit(1);
}

}  // namespace

base::Duration CpuOf(pid_t process) {
  clockid_t clock = 0;
  timespec used = {};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) Die(process);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

int64_t AnonymousBytesOf(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return 1024 * std::strtoll(line.c_str() + 8, nullptr, 10);
  }
  Die(process);
}

}  // namespace gpuscaler::bench
