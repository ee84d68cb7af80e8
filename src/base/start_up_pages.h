// The code and constants that only starting up needed.
#pragma once

#include <cstddef>
#include <vector>

namespace gpuscaler::base {

// Initialising gRPC, OpenSSL and Protobuf touches megabytes that a serving
// process never looks at again and that would stay resident in it.
class StartUpPages {
 public:
  // Notes what is loaded now: the program and the libraries it was linked with,
  // not what is loaded later, of which nothing is known.
  StartUpPages();

  // Unmaps their pages; those that are still used come back from the page
  // cache. Writable data is not touched. Cheap, any thread, any time.
  void Release() const;

 private:
  struct Segment {
    void* begin;
    size_t size;
  };
  std::vector<Segment> segments_;
};

}  // namespace gpuscaler::base
