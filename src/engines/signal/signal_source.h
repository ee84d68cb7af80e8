// A signal, and where it is read.
#pragma once

#include <memory>
#include <string>

#include "engines/endpoint/endpoint.h"
#include "engines/exposition/signal.h"

namespace gpuscaler::engines {

struct SignalSource {
  Endpoint endpoint;
  std::shared_ptr<const Signal> signal;  // never null; its name tells it from all others
};

// What it and its signal take.
size_t BytesOf(const SignalSource& source);

// The same for sources that tell the same.
std::string Key(const SignalSource& source);

}  // namespace gpuscaler::engines
