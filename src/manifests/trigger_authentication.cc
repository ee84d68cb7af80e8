#include "manifests/trigger_authentication.h"

#include "manifests/map_reader.h"

namespace gpuscaler::manifests {
namespace {

// Each source is a list of maps with `parameter`, or a map that holds such a list.
void ReadParameters(const YamlNode& source, TriggerAuthentication& authentication,
                    Problems& problems, int depth = 0) {
  constexpr int kDeepest = 3;
  if (depth > kDeepest || !problems.Spend(source.items.size() + source.entries.size())) return;
  for (const YamlPointer& item : source.items) {
    ReadParameters(*item, authentication, problems, depth + 1);
  }
  for (const YamlEntry& entry : source.entries) {
    if (entry.key == "parameter" && entry.value->kind == YamlKind::kScalar) {
      authentication.parameters.push_back({entry.value->text, entry.line});
    } else {
      ReadParameters(*entry.value, authentication, problems, depth + 1);
    }
  }
}

}  // namespace

TriggerAuthentication ReadTriggerAuthentication(const YamlNode& root, Problems& problems) {
  TriggerAuthentication authentication;
  Places places(root.line);
  const MapReader map(&root, "", places, problems);
  authentication.line = root.line;
  authentication.kind = map.Text("kind").value_or("");
  const MapReader metadata = map.Map("metadata");
  authentication.name = metadata.Text("name").value_or("");
  authentication.object_namespace = metadata.Text("namespace").value_or("");
  for (const YamlEntry& source : map.Map("spec").entries()) {
    ReadParameters(*source.value, authentication, problems);
  }
  return authentication;
}

}  // namespace gpuscaler::manifests
