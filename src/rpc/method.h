// One method of a service on the loop.
#pragma once

namespace gpuscaler::rpc {

class Method {
 public:
  virtual ~Method() = default;
  // Asks gRPC for the next call of this method. Once at start, before the
  // loop's thread runs; from then on each call that arrives asks for the next.
  virtual void Listen() = 0;
};

}  // namespace gpuscaler::rpc
