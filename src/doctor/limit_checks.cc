// What the system gives this process: memory, open files, and the time.
#include <sys/resource.h>
#include <sys/timex.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>

#include "base/strings.h"
#include "doctor/checks.h"
#include "rpc/pem.h"

namespace gpuscaler::doctor {
namespace {

constexpr uint64_t kMib = 1024 * 1024;
// Besides connections: the program's own files, streams to gateways, lookups.
constexpr uint64_t kOwnFiles = 256;

std::optional<uint64_t> ReadNumber(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;  // "max"
  return number;
}

// The path of this process' group, of version 2 ("0::/kubepods/...") or of the memory
// controller of version 1.
std::string GroupOf(std::string_view controller) {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    if (line.substr(first + 1, second - first - 1) == controller) return line.substr(second + 1);
  }
  return "/";
}

void Lower(std::optional<uint64_t>& least, std::optional<uint64_t> other) {
  if (other && (!least || *other < *least)) least = other;
}

// The smallest limit of the group and those that it is in.
std::optional<uint64_t> MemoryLimit(const std::string& folder) {
  std::optional<uint64_t> least;
  for (std::string group = GroupOf("");; group.resize(group.rfind('/'))) {
    Lower(least, ReadNumber(base::StrCat(folder, group, "/memory.max")));
    if (group.find('/') == std::string::npos) break;
  }
  Lower(least, ReadNumber(folder + "/memory.max"));
  Lower(least, ReadNumber(folder + "/memory/memory.limit_in_bytes"));
  // Version 1 says "none" by a number that no machine has.
  if (least && *least > (uint64_t{1} << 50)) return std::nullopt;
  return least;
}

}  // namespace

Findings CheckMemoryLimit(const Examined& examined) {
  const uint64_t wanted = examined.subject.max_memory_mib;
  const auto limit = MemoryLimit(examined.subject.cgroup_folder);
  if (!limit) return {Ok("no limit of the cgroup")};
  const uint64_t mib = *limit / kMib;
  const std::string what = base::StrCat("the cgroup's limit is ", mib, " MiB");
  if (wanted == 0) {
    return {Warn(base::StrCat(what,
                              " and --max-memory-mib is 0: the kernel kills the process instead "
                              "of its closing connections"),
                 "set --max-memory-mib below the limit")};
  }
  if (mib <= wanted) {
    return {NotOk(base::StrCat(what, ", --max-memory-mib is ", wanted,
                               ": the kernel kills the process before it closes connections"),
                  base::StrCat("raise resources.limits.memory above ", wanted + wanted / 4,
                               "Mi, or lower --max-memory-mib"))};
  }
  return {Ok(base::StrCat(what, ", above --max-memory-mib=", wanted))};
}

Findings CheckOpenFiles(const Examined& examined) {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return {Skipped("the limit cannot be read")};
  // A connection is a descriptor, or two.
  const uint64_t wanted = 2 * examined.subject.max_connections + kOwnFiles;
  const std::string most =
      files.rlim_max == RLIM_INFINITY ? std::string("without limit") : base::StrCat(files.rlim_max);
  if (files.rlim_max >= wanted) return {Ok(base::StrCat(most, " at most, ", wanted, " needed"))};
  return {Warn(base::StrCat(most, " at most, and --max-connections=",
                            examined.subject.max_connections, " needs ", wanted),
               "raise the hard limit (ulimit -Hn; the container runtime's LimitNOFILE), or lower "
               "--max-connections")};
}

Findings CheckClock(const Examined&) {
  constexpr rpc::CalendarTime kNotBefore{std::chrono::seconds(1735689600)};  // 2025
  const rpc::CalendarTime now = rpc::CalendarNow();
  if (now < kNotBefore) {
    return {
        NotOk(base::StrCat("it says ", rpc::FormatCalendar(now),
                           ", which is before this program was made: certificates will not verify"),
              "set the node's clock (chronyd, systemd-timesyncd)")};
  }
  timex kernel = {};  // modes 0: nothing is changed
  if (adjtimex(&kernel) < 0) return {Ok(base::StrCat("it says ", rpc::FormatCalendar(now)))};
  if ((kernel.status & STA_UNSYNC) != 0) {
    return {Warn(
        base::StrCat("it says ", rpc::FormatCalendar(now), ", and nothing keeps it synchronized"),
        "run chronyd or systemd-timesyncd on the node: certificates and traces go by it")};
  }
  return {Ok(base::StrCat("it says ", rpc::FormatCalendar(now), ", synchronized"))};
}

}  // namespace gpuscaler::doctor
