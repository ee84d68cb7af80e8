#include "manifests/pod_template.h"

#include <initializer_list>
#include <string_view>

namespace gpuscaler::manifests {
namespace {

const YamlNode kNothing;

const YamlNode& At(const YamlNode& root, std::initializer_list<std::string_view> path) {
  const YamlNode* node = &root;
  for (const std::string_view key : path) {
    const YamlNode* next = &kNothing;
    for (const YamlEntry& entry : node->entries) {
      if (entry.key == key) next = entry.value.get();
    }
    node = next;
  }
  return *node;
}

}  // namespace

std::optional<PodTemplate> ReadPodTemplate(const YamlNode& root) {
  PodTemplate found;
  const YamlNode& spec = At(root, {"spec"});
  for (const YamlNode* pod : {&At(spec, {"template", "spec"}),
                              &At(spec, {"leaderWorkerTemplate", "leaderTemplate", "spec"}),
                              &At(spec, {"leaderWorkerTemplate", "workerTemplate", "spec"})}) {
    for (const YamlPointer& container : At(*pod, {"containers"}).items) {
      found.images.push_back(At(*container, {"image"}).text);
    }
  }
  if (found.images.empty()) return std::nullopt;
  found.kind = At(root, {"kind"}).text;
  found.object_namespace = At(root, {"metadata", "namespace"}).text;
  found.name = At(root, {"metadata", "name"}).text;
  return found;
}

}  // namespace gpuscaler::manifests
