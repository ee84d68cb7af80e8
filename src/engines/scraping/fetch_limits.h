// What one reading of one address may take.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace gpuscaler::engines {

struct FetchLimits {
  // TCP and TLS.
  base::Duration connect = std::chrono::seconds(1);
  // From the attempt's begin to the end of the response's header. More than a period:
  // the event loop of an engine under load comes late to requests for metrics, and that
  // is when they matter.
  base::Duration header = std::chrono::seconds(3);
  // From the attempt's begin to the last byte.
  base::Duration whole = std::chrono::seconds(4);
  uint32_t header_bytes = 16 * 1024;  // status line included
  uint64_t wire_bytes = 4 << 20;      // the body as it comes, framing of chunks included
  uint64_t body_bytes = 4 << 20;      // inflated
  // Redirects to the same scheme, host and port, at the address that was dialled; 0:
  // none is followed.
  int redirects = 0;
};

}  // namespace gpuscaler::engines
