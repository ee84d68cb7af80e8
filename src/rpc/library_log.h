// What gRPC and Protobuf have to say goes to our log: one form for all lines.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace gpuscaler::rpc {

// Once, before either is used. At most ten lines a minute of each library, so
// that no client can fill the log; what was left out is counted in the next.
void LogForLibraries();

// TLS handshakes that failed since then, of either end, those left out of the log too.
// gRPC tells of them in no other way, and not whose they were: ConnectionGate guesses.
uint64_t FailedHandshakes();

struct FailedHandshake {
  base::SteadyTime at = {};  // the epoch: there was none
  std::string why;           // as OpenSSL says it
};
FailedHandshake LastFailedHandshake();

}  // namespace gpuscaler::rpc
