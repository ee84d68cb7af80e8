// The program's code and constants that only starting up needed.
#pragma once

namespace gpuscaler::base {

// Unmaps the pages of the program's code and constants; those that are still
// used come back from the page cache. Initialising gRPC, OpenSSL and Protobuf
// touches megabytes that a serving process never looks at again and that would
// stay resident in it. Writable data is not touched. Cheap, any thread, any time.
void ReleaseStartUpPages();

}  // namespace gpuscaler::base
