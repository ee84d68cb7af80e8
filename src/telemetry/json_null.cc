#include "telemetry/json_null.h"

#include "base/strings.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace gpuscaler::telemetry {

absl::Status DropNullReadings(std::string_view json, v1::NodeSnapshot& message) {
  namespace pb = google::protobuf;
  if (json.find("null") == std::string_view::npos) return absl::OkStatus();
  pb::Struct object;
  if (!pb::util::JsonStringToMessage({json.data(), json.size()}, &object).ok()) {
    return absl::InvalidArgumentError("a null that cannot be told from a reading; leave it out");
  }
  const auto gpus = object.fields().find("gpus");
  if (gpus == object.fields().end()) return absl::OkStatus();
  const auto& listed = gpus->second.list_value().values();
  for (int i = 0; i < listed.size(); ++i) {
    if (i >= message.gpus_size() || listed[i].kind_case() != pb::Value::kStructValue) {
      return absl::InvalidArgumentError(base::StrCat("gpus[", i, "] is not a GPU"));
    }
    const auto& fields = listed[i].struct_value().fields();
    const auto readings = fields.find("readings");
    if (readings == fields.end()) continue;
    for (const auto& [name, value] : readings->second.struct_value().fields()) {
      if (value.kind_case() != pb::Value::kNullValue) continue;
      message.mutable_gpus(i)->mutable_readings()->erase(name);
    }
  }
  return absl::OkStatus();
}

}  // namespace gpuscaler::telemetry
