// What nodes call and gateways serve.
#pragma once

namespace gpuscaler::fleet {

inline constexpr const char* kFleetService = "gpuscaler.telemetry.v1.Fleet";
inline constexpr const char* kReportMethod = "Report";

}  // namespace gpuscaler::fleet
