#include "serving/object_reference.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace gpuscaler::serving {
namespace {

std::vector<scaling::MetadataEntry> Entries(const externalscaler::ScaledObjectRef& object) {
  std::vector<scaling::MetadataEntry> entries;
  entries.reserve(static_cast<size_t>(object.scalermetadata_size()));
  for (const auto& [key, value] : object.scalermetadata()) entries.push_back({key, value});
  return entries;
}

}  // namespace

absl::Status CheckReference(const externalscaler::ScaledObjectRef& object) {
  if (object.name().empty()) {
    return absl::InvalidArgumentError(
        "the request names no ScaledObject: scaledObjectRef.name is empty");
  }
  const struct {
    std::string_view field;
    size_t bytes, most;
  } rows[] = {{"name", object.name().size(), kLongestName},
              {"namespace", object.namespace_().size(), kLongestNamespace}};
  for (const auto& row : rows) {
    if (row.bytes <= row.most) continue;
    return absl::InvalidArgumentError(base::StrCat("scaledObjectRef.", row.field, " has ",
                                                   row.bytes, " bytes; at most ", row.most,
                                                   " are allowed, as in Kubernetes"));
  }
  return absl::OkStatus();
}

absl::StatusOr<scaling::Trigger> ReadTrigger(const externalscaler::ScaledObjectRef& object) {
  if (absl::Status checked = CheckReference(object); !checked.ok()) return checked;
  return scaling::ParseTrigger(Entries(object), object.namespace_());
}

// A history belongs to one trigger of one ScaledObject: an edited trigger is
// another one. Lengths before texts, so that no two lists of texts are alike.
std::string WindowKey(const externalscaler::ScaledObjectRef& object) {
  std::vector<scaling::MetadataEntry> entries = Entries(object);
  std::sort(entries.begin(), entries.end(),
            [](const auto& one, const auto& other) { return one.key < other.key; });
  std::string key;
  const auto add = [&key](std::string_view text) { base::StrAppend(&key, text.size(), ":", text); };
  add(object.namespace_());
  add(object.name());
  for (const auto& entry : entries) {
    add(entry.key);
    add(entry.value);
  }
  return key;
}

}  // namespace gpuscaler::serving
