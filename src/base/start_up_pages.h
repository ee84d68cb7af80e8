// The program's code that only starting up needed.
#pragma once

namespace gpuscaler::base {

// Unmaps the pages of the program's code; those that still run come back from
// the page cache at their next use. Initialising gRPC, OpenSSL and Protobuf
// touches megabytes of code that a serving process never runs again and that
// would stay resident in it. Data is not touched. Cheap, any thread, any time.
void ReleaseStartUpPages();

}  // namespace gpuscaler::base
