// A signal, and where it is read.
#pragma once

#include <memory>
#include <string>

#include "engines/exposition/signal.h"
#include "engines/scraping/endpoint.h"

namespace gpuscaler::engines {

struct SignalSource {
  Endpoint endpoint;
  std::shared_ptr<const Signal> signal;  // never null; its name tells it from all others
};

}  // namespace gpuscaler::engines
