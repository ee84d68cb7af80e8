#include "base/descriptor.h"

#include <unistd.h>

#include <utility>

namespace gpuscaler::base {

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = other.Release();
  }
  return *this;
}

int Descriptor::Release() {
  return std::exchange(fd_, -1);
}

}  // namespace gpuscaler::base
