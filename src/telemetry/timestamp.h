// A time on the wire.
#pragma once

#include "base/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace gpuscaler::telemetry {

void SetTimestamp(base::WallTime time, google::protobuf::Timestamp& out);

}  // namespace gpuscaler::telemetry
