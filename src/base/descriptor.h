// Owns a file descriptor.
#pragma once

namespace gpuscaler::base {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  int Release();

 private:
  int fd_;
};

}  // namespace gpuscaler::base
