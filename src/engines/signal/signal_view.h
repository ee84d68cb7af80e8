// What is known of a signal at every address behind its endpoint's name. A complete
// value.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"

namespace gpuscaler::engines {

struct SignalAddress {
  std::string address;                      // "10.0.0.7"
  absl::Status status;                      // of the newest attempt to read it; OK before the first
  std::optional<base::SteadyTime> read_at;  // of `value`; empty: nothing was read yet
  // In the unit of the signal's quantity. FAILED_PRECONDITION: the series is not there;
  // UNAVAILABLE: the next reading will tell. Also while nothing was read.
  absl::StatusOr<double> value;
  bool absent = false;  // it answered, and has no such series
};

// Whether more has come from an endpoint than a view knows, for whoever looks again and again.
struct SignalNews {
  uint64_t seen = 0;                                    // publications
  std::shared_ptr<const std::atomic<uint64_t>> newest;  // nullptr: none will come

  bool Came() const { return newest != nullptr && newest->load(std::memory_order_acquire) != seen; }
};

struct SignalView {
  std::string endpoint;  // as ShownUrl tells it
  std::string signal;    // "inflight of vllm"
  // The name was looked up and every address was tried since the signal is wanted: what
  // is not known now will not be known in a moment either.
  bool settled = false;
  // Of the newest lookup: OK; NOT_FOUND, the name has no address; PERMISSION_DENIED, no
  // address may be read; else it could not be looked up.
  absl::Status resolution;
  bool once_resolved = false;  // the name had an address, ever
  size_t surplus = 0;          // addresses that are not read, there are too many
  std::vector<SignalAddress> addresses;
  SignalNews news;
};

}  // namespace gpuscaler::engines
