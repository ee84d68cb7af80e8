// A snapshot as a table for people.
#pragma once

#include <string>
#include <vector>

#include "telemetry/snapshot.h"

namespace gpuscaler::cli {

// A line for each GPU. "-": the hardware does not have it; "?": it could not be
// read, and a line below the table says why.
std::string SnapshotTable(const telemetry::Snapshot& snapshot);

// Why readings are missing that the hardware may have, a text for each GPU or
// lane: "GPU 1, full lane: ...".
std::vector<std::string> WhyNotRead(const telemetry::Snapshot& snapshot);

}  // namespace gpuscaler::cli
