// Which addresses may be dialled. The URLs come from tenants, who may name
// anything that this process can reach and they cannot: the guard judges what a
// name has resolved to, after every lookup, and only what it lets pass is dialled.
// Pure; any thread.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "engines/endpoint/ip_address.h"

namespace gpuscaler::engines {

class AddressGuard {
 public:
  // What overrides what, strongest first:
  // 1. `deny` (--engine-deny-cidr): refused.
  // 2. The built-in table: unspecified, loopback, link-local, multicast, broadcast,
  //    cloud metadata and tunnels: refused, unless a range of `allow` lies wholly
  //    within the row. 127.0.0.0/8 opens loopback; 0.0.0.0/0 opens none of them, and
  //    169.254.0.0/16 opens link-local but not the metadata service in it, which takes
  //    169.254.169.254/32.
  // 3. `allow` (--engine-allow-cidr), when it is not empty: all else is refused.
  // An IPv6 address in which an IPv4 address is embedded (EmbeddedV4) is judged as
  // both: refused where either is, allowed where either is.
  AddressGuard(std::vector<IpRange> allow, std::vector<IpRange> deny);

  // PERMISSION_DENIED naming the address and the rule.
  absl::Status Judge(const IpAddress& address) const;

 private:
  absl::Status Refused(const IpAddress& address, const IpAddress& judged) const;
  bool Opens(const IpRange& refused, const IpAddress& address) const;

  const std::vector<IpRange> allow_;
  const std::vector<IpRange> deny_;
};

}  // namespace gpuscaler::engines
