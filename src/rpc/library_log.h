// What gRPC and Protobuf have to say goes to our log: one form for all lines.
#pragma once

namespace gpuscaler::rpc {

// Once, before either is used. At most ten lines a minute of each library, so
// that no client can fill the log; what was left out is counted in the next.
void LogForLibraries();

}  // namespace gpuscaler::rpc
