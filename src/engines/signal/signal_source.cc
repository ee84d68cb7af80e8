#include "engines/signal/signal_source.h"

#include "base/strings.h"

namespace gpuscaler::engines {

std::string Key(const SignalSource& source) {
  return base::StrCat(source.endpoint.ToUrl(), " ", source.signal->name);
}

}  // namespace gpuscaler::engines
