// TLS for a server: each handshake takes the newest certificates. Connections
// that are open keep the ones they began with.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "rpc/certificate_watch.h"

namespace gpuscaler::rpc {

// Clients must show a certificate of one of the watched authorities; where there
// are none, no certificate is asked of them. TLS 1.2 or 1.3. `certificates` must
// outlive every server that uses the credentials. `session_life`: how long a client
// may resume a session, for which it shows no certificate again.
inline constexpr base::Duration kSessionLife = std::chrono::minutes(10);
std::shared_ptr<grpc::ServerCredentials> TlsServerCredentials(
    const CertificateWatch& certificates, base::Duration session_life = kSessionLife);

}  // namespace gpuscaler::rpc
