// Looks up the addresses behind a name: the seam that tests script.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engines/endpoint/ip_address.h"

namespace gpuscaler::engines {

using Addresses = std::vector<IpAddress>;

class Resolver {
 public:
  virtual ~Resolver() = default;

  // Blocks for as long as it takes. Called on several threads at once, but never for
  // one name on two. NOT_FOUND: the name does not exist or has no address; any other
  // error: that could not be found out. Addresses in any order, of both families.
  virtual absl::StatusOr<Addresses> Resolve(const std::string& name) = 0;
};

// getaddrinfo: /etc/hosts, the search list and the name servers of the pod.
class SystemResolver final : public Resolver {
 public:
  absl::StatusOr<Addresses> Resolve(const std::string& name) override;
};

}  // namespace gpuscaler::engines
