#include "web/process_stats.h"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace gpuscaler::web {
namespace {

double Clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// When the machine booted, asked once: the difference of two running clocks
// would make the start time tremble from scrape to scrape.
double BootTime() {
  static const double boot_time = Clock(CLOCK_REALTIME) - Clock(CLOCK_BOOTTIME);
  return boot_time;
}

// The fields of /proc/self/stat from the third, the state, on: the second is
// the command in parentheses, which may itself hold blanks and parentheses.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const size_t end = text.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest(text.substr(end + 1));
  return {std::istream_iterator<std::string>(rest), std::istream_iterator<std::string>()};
}

std::optional<uint64_t> CountOpenFds() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  if (folder == nullptr) return std::nullopt;
  uint64_t count = 0;
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count - std::min<uint64_t>(count, 1);  // the one that lists them
}

}  // namespace

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  // Numbered as in proc(5), less the two fields that StatFields leaves out.
  const std::vector<std::string> fields = StatFields();
  const auto field = [&](size_t number) { return std::stoull(fields[number - 3]); };
  if (fields.size() >= 22) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = static_cast<double>(field(14) + field(15)) / ticks;
    stats.threads = field(20);
    stats.start_time_seconds =
        std::round((BootTime() + static_cast<double>(field(22)) / ticks) * 100) / 100;
    stats.virtual_bytes = field(23);
    stats.resident_bytes = field(24) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  }
  stats.open_fds = CountOpenFds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = limit.rlim_cur;
  return stats;
}

}  // namespace gpuscaler::web
