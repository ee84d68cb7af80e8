#include "web/json_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "base/json_quote.h"
#include "base/strings.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace gpuscaler::web {
namespace {

namespace pb = google::protobuf;
using pb::FieldDescriptor;

// The fewest digits that read back as `number`.
void AppendNumber(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

class Writer {
 public:
  void Message(const pb::Message& message) {
    if (message.GetDescriptor() == pb::Timestamp::descriptor()) {
      return Time(static_cast<const pb::Timestamp&>(message));
    }
    if (message.GetDescriptor() == pb::ListValue::descriptor()) {
      return List(static_cast<const pb::ListValue&>(message));
    }
    const pb::Descriptor& type = *message.GetDescriptor();
    const pb::Reflection& reflection = *message.GetReflection();
    out_ += '{';
    bool first = true;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!IsShown(message, reflection, field)) continue;
      if (!std::exchange(first, false)) out_ += ',';
      base::StrAppend(&out_, "\"", field.name(), "\":");
      if (field.is_map()) {
        Map(message, reflection, field);
      } else if (field.is_repeated()) {
        Repeated(message, reflection, field);
      } else {
        Single(message, reflection, field);
      }
    }
    out_ += '}';
  }

  std::string Text() && { return std::move(out_); }

 private:
  static bool IsShown(const pb::Message& message, const pb::Reflection& reflection,
                      const FieldDescriptor& field) {
    if (field.is_repeated()) return true;
    if (field.has_presence() && !reflection.HasField(message, &field)) return false;
    return field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE ||
           std::isfinite(reflection.GetDouble(message, &field));
  }

  void Time(const pb::Timestamp& time) {
    const absl::Time point =
        absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
    base::StrAppend(&out_, "\"",
                    absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", point, absl::UTCTimeZone()), "\"");
  }

  void List(const pb::ListValue& list) {
    out_ += '[';
    for (int i = 0; i < list.values_size(); ++i) {
      if (i > 0) out_ += ',';
      constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
      const pb::Value& value = list.values(i);
      AppendNumber(value.kind_case() == pb::Value::kNumberValue ? value.number_value() : kNone,
                   out_);
    }
    out_ += ']';
  }

  void Single(const pb::Message& message, const pb::Reflection& reflection,
              const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        out_ += reflection.GetBool(message, &field) ? "true" : "false";
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        base::StrAppend(&out_, reflection.GetUInt32(message, &field));
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        base::StrAppend(&out_, reflection.GetInt32(message, &field));
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        AppendNumber(reflection.GetDouble(message, &field), out_);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        base::StrAppend(&out_, "\"", reflection.GetEnum(message, &field)->name(), "\"");
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Message(reflection.GetMessage(message, &field));
        break;
      default:
        out_ += base::JsonQuote(reflection.GetStringReference(message, &field, &scratch_));
    }
  }

  void Repeated(const pb::Message& message, const pb::Reflection& reflection,
                const FieldDescriptor& field) {
    const int size = reflection.FieldSize(message, &field);
    out_ += '[';
    for (int i = 0; i < size; ++i) {
      if (i > 0) out_ += ',';
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Message(reflection.GetRepeatedMessage(message, &field, i));
      } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
        AppendNumber(reflection.GetRepeatedDouble(message, &field, i), out_);
      } else {
        out_ +=
            base::JsonQuote(reflection.GetRepeatedStringReference(message, &field, i, &scratch_));
      }
    }
    out_ += ']';
  }

  // From names to numbers: entries are messages of a key and a value.
  void Map(const pb::Message& message, const pb::Reflection& reflection,
           const FieldDescriptor& field) {
    const FieldDescriptor& key = *field.message_type()->map_key();
    const FieldDescriptor& value = *field.message_type()->map_value();
    std::vector<std::pair<std::string, double>> entries;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const pb::Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      const pb::Reflection& its = *entry.GetReflection();
      entries.emplace_back(its.GetString(entry, &key), its.GetDouble(entry, &value));
    }
    std::sort(entries.begin(), entries.end());
    out_ += '{';
    bool first = true;
    for (const auto& [name, number] : entries) {
      if (!std::isfinite(number)) continue;
      if (!std::exchange(first, false)) out_ += ',';
      base::StrAppend(&out_, base::JsonQuote(name), ":");
      AppendNumber(number, out_);
    }
    out_ += '}';
  }

  std::string out_;
  std::string scratch_;
};

}  // namespace

std::string JsonText(const pb::Message& message) {
  Writer writer;
  writer.Message(message);
  return std::move(writer).Text();
}

}  // namespace gpuscaler::web
