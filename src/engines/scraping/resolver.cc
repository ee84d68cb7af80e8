#include "engines/scraping/resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

IpAddress FromSockaddr(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    IpAddress::V4Bytes bytes;
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof(v4));
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return IpAddress(bytes);
  }
  IpAddress::V6Bytes bytes;
  sockaddr_in6 v6;
  std::memcpy(&v6, &address, sizeof(v6));
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return IpAddress(bytes);
}

}  // namespace

absl::StatusOr<Addresses> SystemResolver::Resolve(const std::string& name) {
  // Without AI_ADDRCONFIG: in a pod the loopback interface alone may have IPv6.
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  if (error == EAI_NONAME || error == EAI_NODATA || error == EAI_ADDRFAMILY) {
    return absl::NotFoundError(base::StrCat("the name ", name, " has no address in DNS"));
  }
  if (error != 0) {
    return absl::UnavailableError(
        base::StrCat("the name ", name, " could not be looked up: ",
                     error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error)));
  }
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    addresses.push_back(FromSockaddr(*each->ai_addr));
  }
  return addresses;
}

}  // namespace gpuscaler::engines
