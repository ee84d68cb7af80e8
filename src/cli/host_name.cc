#include "cli/host_name.h"

#include <unistd.h>

namespace gpuscaler::cli {

std::string HostName() {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  return host;
}

}  // namespace gpuscaler::cli
