// A TLS handshake as a client of a gRPC server, given up in time.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "rpc/certificates.h"

namespace gpuscaler::doctor {

// On a connection that is non-blocking. `files.authorities` is whom the server's certificate
// must come from, the own certificate is shown where it is given; `name` is what the server's
// certificate must be for, a DNS name or an IP address. An error says what did not fit:
// UNAUTHENTICATED, the server's certificate or ours; UNAVAILABLE, no TLS;
// DEADLINE_EXCEEDED; or what is wrong with the files.
absl::Status TlsHandshake(int connection, const rpc::CertificateFiles& files,
                          const std::string& name, base::SteadyTime deadline);

}  // namespace gpuscaler::doctor
