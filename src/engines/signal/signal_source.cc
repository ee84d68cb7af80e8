#include "engines/signal/signal_source.h"

#include "base/strings.h"

namespace gpuscaler::engines {

size_t BytesOf(const SignalSource& source) {
  return sizeof(source) + source.endpoint.host.size() + source.endpoint.target.size() +
         sizeof(*source.signal) + source.signal->owned_bytes();
}

std::string Key(const SignalSource& source) {
  return base::StrCat(source.endpoint.ToUrl(), " ", source.signal->name);
}

}  // namespace gpuscaler::engines
