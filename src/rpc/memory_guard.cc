#include "rpc/memory_guard.h"

// The kernel's own header: glibc's tcp_info ends before the bytes received.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace gpuscaler::rpc {
namespace {

constexpr uint64_t kGrowth = 2 << 20;  // below this it may be anything
constexpr double kRemembered = 0.9;    // of the bytes of a tick, in the next one
constexpr int kQuietTicks = 1000 / MemoryGuard::kPeriodMs;

}  // namespace

std::vector<int> MemoryGuard::Tick(uint64_t resident, std::span<const Traffic> traffic) {
  const bool looked = std::exchange(looked_, NeedsTraffic(resident));
  std::unordered_map<int, Seen> seen;
  // Of a busiest one that is closed, too: what it sent is still worked off, and
  // those that are left did not send it.
  most_ *= kRemembered;
  for (const Traffic& each : traffic) {
    const auto earlier = seen_.find(each.connection);
    Seen& now = seen[each.connection];
    now.received = each.received;
    // A number that shrinks is another connection of the same descriptor.
    const bool known = earlier != seen_.end() && earlier->second.received <= each.received;
    if (known) {
      now.lately = static_cast<double>(each.received - earlier->second.received) +
                   kRemembered * earlier->second.lately;
    } else if (looked) {  // it came since
      now.lately = static_cast<double>(each.received);
    }
    most_ = std::max(most_, now.lately);
  }
  seen_ = std::move(seen);

  std::vector<int> to_close;
  if (limit_ == 0 || resident <= high_ + kGrowth) {
    high_ = std::max(limit_, std::min(high_, resident));
    ++quiet_ticks_;
    return to_close;
  }
  high_ = resident;
  quiet_ticks_ = 0;
  trim_due_ = true;
  for (const auto& [connection, each] : seen_) {
    if (each.lately > 0 && 2 * each.lately >= most_) to_close.push_back(connection);
  }
  return to_close;
}

bool MemoryGuard::ShouldTrim() {
  return quiet_ticks_ >= kQuietTicks && std::exchange(trim_due_, false);
}

uint64_t ReceivedBytes(int socket) {
  tcp_info info = {};
  socklen_t length = sizeof(info);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
  return info.tcpi_bytes_received;
}

}  // namespace gpuscaler::rpc
