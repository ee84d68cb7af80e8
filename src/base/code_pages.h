// The pages of code and constants that are resident.
#pragma once

#include <cstddef>
#include <vector>

namespace gpuscaler::base {

// Initialising gRPC, OpenSSL and Protobuf touches megabytes that a serving process never
// looks at again and that would stay resident in it; so does whatever happens once, a
// client's first connection say.
class CodePages {
 public:
  // Notes what is loaded now: the program and the libraries it was linked with,
  // not what is loaded later, of which nothing is known.
  CodePages();

  // Unmaps them; those that are still used come back from the page cache, some hundred
  // faults of a microsecond each. Writable data is not touched. Cheap, any thread, any time.
  void Release() const;

 private:
  struct Segment {
    void* begin;
    size_t size;
  };
  std::vector<Segment> segments_;
};

}  // namespace gpuscaler::base
