// What is known of one endpoint: every address behind its name, and what was last
// read there. A complete value, never changed once published.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "engines/endpoint/ip_address.h"

namespace gpuscaler::engines {

// What the consumer makes of a body.
class Payload {
 public:
  virtual ~Payload() = default;
};

struct AddressView {
  IpAddress address;
  bool attempted = false;
  absl::Status status;  // of the last attempt; OK before the first
  // Of the last success: when its answer began, and what was made of it.
  std::optional<base::SteadyTime> last_success;
  std::shared_ptr<const Payload> payload;
};

struct EndpointView {
  // Of the last lookup: OK; NOT_FOUND, the name has no address; PERMISSION_DENIED, the
  // guard refuses all that it has; otherwise it could not be looked up, and the
  // addresses are those from before (AddressBook::kKeepOnFailure).
  absl::Status resolution;
  bool looked_up = false;      // there was a lookup; otherwise resolution is OK
  bool once_resolved = false;  // the name had an address that may be dialled, ever
  // Addresses that the name has besides those below, which are too many.
  size_t surplus = 0;
  std::vector<AddressView> addresses;  // sorted by address
  // Which publication this is, and which is the newest: a number for whoever waits for the next.
  uint64_t version = 0;
  std::shared_ptr<const std::atomic<uint64_t>> newest;

  // The name was looked up, and every address was tried.
  bool settled() const {
    if (!looked_up) return false;
    for (const AddressView& each : addresses) {
      if (!each.attempted) return false;
    }
    return true;
  }
};

}  // namespace gpuscaler::engines
